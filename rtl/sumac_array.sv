// SPDX-License-Identifier: Apache-2.0
//
// The weight-stationary systolic array: Rows x Cols processing elements. Row r holds the weights
// of k = r, column c those of n = c.
//
// Everything comes in already skewed (the core does it): row r's activation, swap flag and load
// flag at the left; column c's weight and partial sum at the top. Latency: for activations at the
// left of row 0 in cycle t, psum of column c is due in cycle t + 1 + c, row r's activation in
// t + r * AddDepth, and sum c comes in t + 1 + c + Rows * AddDepth. en_i = 0 holds everything.
// Inside, partial sums are loose words (sumac_settle), as psum_i is; sum_o is binary32, zeros +0.
//
// Example (Rows = 2, Cols = 1, AddDepth = 1, weights 2.0 above 4.0): activation 1.0 for row 0 in
// cycle 0, 1.0 for row 1 in cycle 1, psum 0.5 in cycle 1: sum 6.5 in cycle 3.
module sumac_array #(
  parameter int Rows     = 16,  // k direction
  parameter int Cols     = 16,  // n direction
  parameter bit Mul      = 0,   // product: 0 pam, 1 IEEE
  parameter int ManBits  = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp     = 0,   // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth = 1,   // pipeline registers of the adder, 1 to 4
  localparam int W       = 9 + ManBits
) (
  input  logic              clk_i,
  input  logic              en_i,
  // At the left: lane r for row r.
  input  logic [Rows-1:0]   act_special_i,
  input  logic [Rows*W-1:0] act_i,
  input  logic [Rows-1:0]   swap_i,
  input  logic [Rows-1:0]   load_i,
  // At the top: lane c for column c.
  input  logic [Cols*2-1:0] wgt_flags_i,
  input  logic [Cols*W-1:0] wgt_offset_i,
  input  logic [Cols*32-1:0] psum_i,
  // At the bottom.
  output logic [Cols*32-1:0] sum_o
);

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    for (genvar c = 0; c < Cols; c++) begin : gen_col
      // What this element is given ...
      logic         act_special_in, swap_in, load_in;
      logic [W-1:0] act_in, wgt_offset_in;
      logic [1:0]   wgt_flags_in;
      logic [31:0]  psum_in;
      // ... and what it gives. Waived: at the right edge and the bottom nobody takes some of it.
      // verilator lint_off UNUSED
      logic         act_special, swap, load;
      logic [W-1:0] act, wgt_offset;
      logic [1:0]   wgt_flags;
      // verilator lint_on UNUSED
      logic [31:0]  sum;

      if (c == 0) begin : gen_left_edge
        assign act_special_in = act_special_i[r];
        assign act_in         = act_i[r*W +: W];
        assign swap_in        = swap_i[r];
        assign load_in        = load_i[r];
      end else begin : gen_from_left
        assign act_special_in = gen_row[r].gen_col[c-1].act_special;
        assign act_in         = gen_row[r].gen_col[c-1].act;
        assign swap_in        = gen_row[r].gen_col[c-1].swap;
        assign load_in        = gen_row[r].gen_col[c-1].load;
      end

      if (r == 0) begin : gen_top_edge
        assign wgt_flags_in  = wgt_flags_i[c*2 +: 2];
        assign wgt_offset_in = wgt_offset_i[c*W +: W];
        assign psum_in       = psum_i[c*32 +: 32];
      end else begin : gen_from_above
        assign wgt_flags_in  = gen_row[r-1].gen_col[c].wgt_flags;
        assign wgt_offset_in = gen_row[r-1].gen_col[c].wgt_offset;
        assign psum_in       = gen_row[r-1].gen_col[c].sum;
      end

      sumac_pe #(
        .Mul     (Mul),
        .ManBits (ManBits),
        .Comp    (Comp),
        .AddDepth(AddDepth)
      ) u_pe (
        .clk_i,
        .en_i,
        .act_special_i(act_special_in),
        .act_i        (act_in),
        .swap_i       (swap_in),
        .load_i       (load_in),
        .act_special_o(act_special),
        .act_o        (act),
        .swap_o       (swap),
        .load_o       (load),
        .wgt_flags_i  (wgt_flags_in),
        .wgt_offset_i (wgt_offset_in),
        .psum_i       (psum_in),
        .wgt_flags_o  (wgt_flags),
        .wgt_offset_o (wgt_offset),
        .sum_o        (sum)
      );

      if (r == Rows - 1) begin : gen_bottom
        sumac_settle u_settle (.loose_i(sum), .word_o(sum_o[c*32 +: 32]));
      end
    end
  end

endmodule
