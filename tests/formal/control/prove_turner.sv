// SPDX-License-Identifier: Apache-2.0
//
// sumac_turner: of any tile, each of its beats once, in order, and any word of it; nothing offered is
// taken back; a tile that has come whole is out within three cycles where the beats before are taken.
module prove_turner #(
  parameter int Size    = 2,
  parameter int Reverse = 0,
  localparam int IndexW = $clog2(Size),
  localparam int CountW = IndexW + 1
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              pick_i,
  input logic              in_valid_i,
  input logic [Size-1:0]   in_data_i,
  input logic              in_last_i,
  input logic              in_turn_i,
  input logic [CountW-1:0] in_beats_i,
  input logic [CountW-1:0] index_i,     // the beat that is picked of a tile
  input logic              out_ready_i
);

  logic            in_ready, put, put_last, out_valid, out_last, idle;
  logic [Size-1:0] out_data;

  start u_start (.clk_i, .rst_ni);
  sumac_turner #(.Size(Size), .Width(1), .Reverse(Reverse)) u_dut (
    .clk_i, .rst_ni, .in_valid_i, .in_ready_o(in_ready), .in_data_i, .in_last_i, .in_turn_i, .in_beats_i,
    .out_valid_o(out_valid), .out_ready_i, .out_data_o(out_data), .out_last_o(out_last), .idle_o(idle));

  // ---- The tile that comes, with this cycle's row ----
  logic [Size-1:0]   rows_q[Size], rows[Size];
  logic [IndexW-1:0] row_q;

  assign put      = in_valid_i & in_ready;
  assign put_last = put & in_last_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) row_q <= '0;
    else if (put) row_q <= in_last_i ? '0 : row_q + IndexW'(1);
  end

  // Rows that have not come are +0.
  for (genvar s = 0; s < Size; s++) begin : gen_row
    assign rows[s] = row_q == IndexW'(s) ? in_data_i : row_q > IndexW'(s) ? rows_q[s] : '0;
    always_ff @(posedge clk_i) if (put && row_q == IndexW'(s)) rows_q[s] <= in_data_i;
  end

  always_comb begin
    if (in_valid_i) begin
      assume (in_beats_i != '0 && 32'(in_beats_i) <= Size && index_i < in_beats_i);
      assume (in_last_i || 32'(row_q) < Size - 1);
    end
  end

  // ---- The beat that is picked ----
  logic [IndexW-1:0] line;
  logic [Size-1:0]   beat;

  assign line = IndexW'(Reverse == 1 ? in_beats_i - CountW'(1) - index_i : index_i);
  for (genvar i = 0; i < Size; i++) begin : gen_lane
    assign beat[i] = in_turn_i ? rows[i][line] : rows[line][i];
  end

  logic [4:0] inside;

  order #(.Width(Size + 1)) u_order (
    .clk_i, .rst_ni, .pick_i, .in_i(put_last), .in_count_i(5'(in_beats_i)), .in_index_i(5'(index_i)),
    .in_word_i({index_i + CountW'(1) == in_beats_i, beat}), .in_mask_i('1),
    .out_valid_i(out_valid), .out_i(out_valid & out_ready_i), .out_word_i({out_last, out_data}),
    .inside_o(inside));
  sumac_stream_check #(.Width(Size + 1)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid), .ready_i(out_ready_i), .data_i({out_last, out_data}));
  bound #(.Cycles(3)) u_given (
    .clk_i, .rst_ni, .wait_i(inside != '0), .happens_i(out_valid), .hold_i(1'b0));
  // Where beats are taken within two cycles, a row waits for those of one tile at most.
  bound #(.Cycles(2), .Given(1)) u_fair (
    .clk_i, .rst_ni, .wait_i(out_valid), .happens_i(out_ready_i), .hold_i(1'b0));
  bound #(.Cycles(2 * Size + 3)) u_taken (
    .clk_i, .rst_ni, .wait_i(in_valid_i), .happens_i(in_ready), .hold_i(1'b0));

  always_comb if (idle) assert (inside == '0 && row_q == '0);  // idle with a row inside

endmodule
