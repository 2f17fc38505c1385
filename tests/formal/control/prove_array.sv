// SPDX-License-Identifier: Apache-2.0
//
// Weights: sumac_loader, sumac_act_edge and sumac_array as the core joins them, with abstract sums. Whenever
// weights, beats and halts come, the sum of a beat that leaves column c, 3 + Rows * AddDepth + c enabled edges
// after it, is the fold of what was at the column's top, of the beat's activations and of the weights of its
// own tile: no active weight is overwritten by the next tile's, none is used too early.
module prove_array #(
  parameter int Rows     = 2,
  parameter int Cols     = 1,
  parameter int AddDepth = 1,
  localparam int ManBits = 3,
  localparam int W       = 9 + ManBits
) (
  input logic            clk_i,
  input logic            rst_ni,
  input logic            pick_i,
  input logic            en_i,
  input logic            wgt_valid_i,
  input logic [Cols-1:0] wgt_bits_i,
  input logic            beat_i,
  input logic            first_i,
  input logic [Rows-1:0] act_bits_i,
  input logic [2*Cols-1:0] top_bits_i
);

  logic              wgt_ready, full, empty;
  logic [Rows-1:0]   act_special, swap, load;
  logic [Rows*W-1:0] act_data, act;
  logic [Cols*W-1:0] wgt_data, wgt_offset;
  logic [Cols*2-1:0] wgt_flags;
  logic [Cols*32-1:0] top, sum;

  start u_start (.clk_i, .rst_ni);
  sumac_act_edge #(.Rows(Rows), .ManBits(ManBits), .AddDepth(AddDepth)) u_act_edge (
    .clk_i, .rst_ni, .en_i, .act_data_i(act_data), .first_i, .act_special_o(act_special), .act_o(act),
    .swap_o(swap));
  sumac_loader #(.Rows(Rows), .Cols(Cols), .ManBits(ManBits), .AddDepth(AddDepth)) u_loader (
    .clk_i, .rst_ni, .en_i, .wgt_valid_i, .wgt_ready_o(wgt_ready), .wgt_data_i(wgt_data), .full_o(full),
    .empty_o(empty), .take_i(first_i), .load_o(load), .wgt_flags_o(wgt_flags), .wgt_offset_o(wgt_offset));
  sumac_array #(.Rows(Rows), .Cols(Cols), .ManBits(ManBits), .AddDepth(AddDepth)) u_array (
    .clk_i, .en_i, .act_special_i(act_special), .act_i(act), .swap_i(swap), .load_i(load),
    .wgt_flags_i(wgt_flags), .wgt_offset_i(wgt_offset), .psum_i(top), .sum_o(sum));

  // Beats when the array moves, of tiles that have begun; a tile begins when its weights are there.
  logic begun_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begun_q <= 1'b0;
    else if (first_i) begun_q <= 1'b1;
  end
  always_comb begin
    if (beat_i) assume (en_i && (begun_q || first_i));
    if (first_i) assume (beat_i && full);
  end

  for (genvar r = 0; r < Rows; r++) begin : gen_act
    assign act_data[W*r +: W] = {act_bits_i[r], {W - 1{1'b0}}};
  end
  for (genvar c = 0; c < Cols; c++) begin : gen_wgt
    assign wgt_data[W*c +: W] = {wgt_bits_i[c], {W - 1{1'b0}}};
    assign top[32*c +: 32]    = {30'd0, top_bits_i[2*c +: 2]};
  end

  // ---- The tile in use, and the one that comes, last row first ----
  localparam int TileW = $clog2(Rows + 1);
  logic [Cols-1:0]  next_q[Rows], tile_q[Rows], tile[Rows];
  logic [TileW-1:0] came_q;
  logic             wgt;

  assign wgt = wgt_valid_i & wgt_ready;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) came_q <= '0;
    else came_q <= (first_i ? '0 : came_q) + TileW'(wgt);
  end
  for (genvar r = 0; r < Rows; r++) begin : gen_weight
    always_ff @(posedge clk_i) begin
      if (wgt && 32'(came_q) == Rows - 1 - r) next_q[r] <= wgt_bits_i;
      if (first_i) tile_q[r] <= next_q[r];
    end
    assign tile[r] = first_i ? next_q[r] : tile_q[r];
  end
  always_comb begin
    assert (full == (32'(came_q) == Rows) && empty == (came_q == '0));  // a tile is whole before it is, or not when it is
    if (wgt) assert (32'(came_q) < Rows && en_i);  // weights are taken that have no room
  end

  // ---- A beat that is picked: its fold, and how many enabled edges ago it was ----
  localparam int Last = 3 + Rows * AddDepth + Cols;
  localparam int AgeW = $clog2(Last + 1);
  logic            picked_q;
  logic [AgeW-1:0] age_q;
  logic [2*Cols-1:0] fold, fold_q;

  for (genvar c = 0; c < Cols; c++) begin : gen_fold
    logic [1:0] s, x;
    always_comb begin
      s = 2'd0;
      for (int r = 0; r < Rows; r++) begin
        x = s ^ {tile[r][c], act_bits_i[r]};
        s = {x[0] ^ x[1], x[1]};
      end
    end
    assign fold[2*c +: 2] = s;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) picked_q <= 1'b0;
    else if (!picked_q) picked_q <= beat_i & pick_i;
    else if (en_i && 32'(age_q) == Last) picked_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (!picked_q) begin
      age_q  <= AgeW'(1);
      fold_q <= fold;
    end else if (en_i) age_q <= age_q + AgeW'(1);
  end
  for (genvar c = 0; c < Cols; c++) begin : gen_check
    // The partial sum comes 3 + c edges after the beat; a fold is linear in it.
    logic [1:0] top_q, s;
    always_ff @(posedge clk_i) if (en_i && 32'(age_q) == 3 + c) top_q <= top_bits_i[2*c +: 2];
    always_comb begin
      s = top_q;
      for (int r = 0; r < Rows; r++) s = {s[0] ^ s[1], s[1]};
      if (picked_q && 32'(age_q) == 3 + Rows * AddDepth + c)
        assert (sum[32*c +: 2] == (fold_q[2*c +: 2] ^ s));  // not the fold of its activations and its tile's weights
    end
  end

endmodule
