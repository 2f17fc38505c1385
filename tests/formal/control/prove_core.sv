// SPDX-License-Identifier: Apache-2.0
//
// sumac_core from end to end: whatever commands, whatever stalls, each row of results comes once, in
// its order, and is the fold of its own partial sum, activations and weights. Words have two bits
// that count, sums are the polynomials of abstract/sumac_fadd.sv. And it moves: where all streams
// offer and results are taken within two cycles, a beat or a weight is taken within Moves cycles.
module prove_core #(
  parameter int Rows      = 2,
  parameter int Cols      = 2,
  parameter int AddDepth  = 1,
  parameter int PsumDepth = 2,
  parameter int Moves     = 20,
  parameter int Data      = 1,  // 0: how many results there are and when, not which
  localparam int ManBits  = 3,
  localparam int W        = 9 + ManBits,
  localparam int RowW     = $clog2(PsumDepth)
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              pick_i,
  input logic              cmd_valid_i,
  input logic [RowW:0]     cmd_rows_i,
  input logic [RowW-1:0]   cmd_base_i,
  input logic [1:0]        cmd_src_i,
  input logic              cmd_dst_i,
  input logic              wgt_valid_i,
  input logic [Cols-1:0]   wgt_bits_i,
  input logic              act_valid_i,
  input logic [Rows-1:0]   act_bits_i,
  input logic              psum_valid_i,
  input logic [2*Cols-1:0] psum_bits_i,
  input logic              res_ready_i
);

  logic               cmd_ready, wgt_ready, act_ready, psum_ready, res_valid, idle;
  logic [Cols*W-1:0]  wgt_data;
  logic [Rows*W-1:0]  act_data;
  logic [Cols*32-1:0] psum_data, res_data;
  logic [2*Cols-1:0]  res_bits;

  start u_start (.clk_i, .rst_ni);
  sumac_core #(
    .Rows(Rows), .Cols(Cols), .ManBits(ManBits), .AddDepth(AddDepth), .PsumDepth(PsumDepth)
  ) u_dut (
    .clk_i, .rst_ni, .cmd_valid_i, .cmd_ready_o(cmd_ready), .cmd_rows_i, .cmd_base_i, .cmd_src_i,
    .cmd_dst_i, .wgt_valid_i, .wgt_ready_o(wgt_ready), .wgt_data_i(wgt_data), .act_valid_i,
    .act_ready_o(act_ready), .act_data_i(act_data), .psum_valid_i, .psum_ready_o(psum_ready),
    .psum_data_i(psum_data), .res_valid_o(res_valid), .res_ready_i, .res_data_o(res_data), .idle_o(idle));

  for (genvar r = 0; r < Rows; r++) begin : gen_act
    assign act_data[W*r +: W] = {act_bits_i[r], {W - 1{1'b0}}};
  end
  for (genvar c = 0; c < Cols; c++) begin : gen_col
    assign wgt_data[W*c +: W]    = {wgt_bits_i[c], {W - 1{1'b0}}};
    assign psum_data[32*c +: 32] = {30'd0, psum_bits_i[2*c +: 2]};
    assign res_bits[2*c +: 2]    = res_data[32*c +: 2];
  end

  // ---- The command in work ----
  logic            head_valid, head_dst, head_taken, beat;
  logic [RowW:0]   head_rows, done_q;
  logic [RowW-1:0] head_base, here;
  logic [1:0]      head_src;

  always_comb if (cmd_valid_i) assume (cmd_rows_i != '0 && 32'(cmd_rows_i) <= PsumDepth && cmd_src_i != 2'd3);

  queue #(.Width(2 * RowW + 4), .Depth(2)) u_commands (
    .clk_i, .rst_ni, .put_i(cmd_valid_i & cmd_ready),
    .word_i({cmd_rows_i, cmd_base_i, cmd_src_i, cmd_dst_i}),
    .valid_o(head_valid), .get_i(head_taken), .word_o({head_rows, head_base, head_src, head_dst}));

  assign beat       = act_valid_i & act_ready;
  assign head_taken = beat & (done_q + (RowW + 1)'(1) == head_rows);
  assign here       = head_base + done_q[RowW-1:0];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) done_q <= '0;
    else if (beat) done_q <= head_taken ? '0 : done_q + (RowW + 1)'(1);
  end

  // ---- Weights: the tile in use, and the one that comes, last row first ----
  localparam int TileW = $clog2(Rows + 1);
  logic [Cols-1:0]  next_q[Rows], tile_q[Rows], tile[Rows];
  logic [TileW-1:0] came_q;  // rows of the next tile
  logic             wgt, first;

  assign wgt   = wgt_valid_i & wgt_ready;
  assign first = beat & (done_q == '0);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) came_q <= '0;
    else came_q <= (first ? '0 : came_q) + TileW'(wgt);
  end
  for (genvar r = 0; r < Rows; r++) begin : gen_weight
    always_ff @(posedge clk_i) begin
      if (wgt && 32'(came_q) == Rows - 1 - r) next_q[r] <= wgt_bits_i;
      if (first) tile_q[r] <= next_q[r];
    end
    assign tile[r] = first ? next_q[r] : tile_q[r];
  end
  always_comb begin
    if (first) assert (32'(came_q) == Rows);  // a tile begins before its weights are all there
    if (wgt) assert (32'(came_q) < Rows);  // weights are taken that have no room
    if (beat) assert (head_valid);  // a beat of no command
    assert ((psum_valid_i & psum_ready) == (beat & (head_src == 2'd1)));  // the stream is taken, or not, amiss
  end

  // ---- The beat's fold, on the banks as commands see them ----
  logic [2*Cols-1:0]    bank_q[PsumDepth];
  logic [PsumDepth-1:0] written_q;
  logic [2*Cols-1:0]    sums;
  logic                 known;

  assign known = (head_src != 2'd2) | written_q[here];
  for (genvar c = 0; c < Cols; c++) begin : gen_fold
    logic [1:0] s, x;
    always_comb begin
      s = head_src == 2'd1 ? psum_bits_i[2*c +: 2] : head_src == 2'd2 ? bank_q[here][2*c +: 2] : 2'd0;
      for (int r = 0; r < Rows; r++) begin
        x = s ^ {tile[r][c], act_bits_i[r]};
        s = {x[0] ^ x[1], x[1]};
      end
    end
    assign sums[2*c +: 2] = s;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) written_q <= '0;
    else if (beat && !head_dst) written_q[here] <= known;
  end
  always_ff @(posedge clk_i) if (beat && !head_dst) bank_q[here] <= sums;

  logic [4:0] inside;
  logic       res;
  assign res = res_valid & res_ready_i;

  order #(.Width(2 * Cols)) u_order (
    .clk_i, .rst_ni, .pick_i, .in_i(beat & head_dst), .in_count_i(5'd1), .in_index_i(5'd0),
    .in_word_i(sums), .in_mask_i({2 * Cols{known && Data == 1}}),
    .out_valid_i(res_valid), .out_i(res), .out_word_i(res_bits), .inside_o(inside));
  sumac_stream_check #(.Width(2 * Cols)) u_out (
    .clk_i, .rst_ni, .valid_i(res_valid), .ready_i(res_ready_i), .data_i(Data == 1 ? res_bits : '0));
  always_comb if (idle) assert (!head_valid && came_q == '0 && inside == '0);  // idle with work inside

  // ---- It moves ----
  bound #(.Cycles(2), .Given(1)) u_fair (
    .clk_i, .rst_ni, .wait_i(res_valid), .happens_i(res_ready_i), .hold_i(1'b0));
  bound #(.Cycles(Moves)) u_moves (
    .clk_i, .rst_ni, .happens_i(beat | wgt), .hold_i(1'b0),
    .wait_i(head_valid & act_valid_i & psum_valid_i & wgt_valid_i));
  bound #(.Cycles(Moves)) u_given (
    .clk_i, .rst_ni, .wait_i(inside != '0), .happens_i(res_valid), .hold_i(1'b0));

endmodule
