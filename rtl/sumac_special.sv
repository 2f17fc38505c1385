// SPDX-License-Identifier: Apache-2.0
//
// What the codes of two classified operands (see sumac_classify) say about their product: a zero,
// or an infinity or NaN, or neither flag where both are finite and nonzero. Combinational.
//
// Example: infinity (special, code 01) times zero (special, code 00) gives zero 0, top 1, nan 1.
module sumac_special (
  input  logic       a_special_i,
  input  logic [1:0] a_code_i,
  input  logic       b_special_i,
  input  logic [1:0] b_code_i,
  output logic       zero_o,  // an operand is zero and none infinite or NaN
  output logic       top_o,   // an operand is infinite or NaN
  output logic       nan_o    // the product is NaN
);

  logic a_top, b_top;

  assign a_top = a_special_i & a_code_i[0];
  assign b_top = b_special_i & b_code_i[0];

  assign top_o  = a_top | b_top;
  assign zero_o = (a_special_i | b_special_i) & ~top_o;
  assign nan_o  = (a_special_i & a_code_i[1]) | (b_special_i & b_code_i[1]) |
                  (a_special_i & b_special_i & (a_code_i[0] ^ b_code_i[0]));

endmodule
