// SPDX-License-Identifier: Apache-2.0
//
// What the codes of two classified operands (see sumac_classify) say about their product.
// Combinational. Meaningful where any_o is set; otherwise both operands are finite and nonzero.
//
// Example: infinity (special, code 01) times zero (special, code 00) gives any 1, nan 1.
module sumac_special (
  input  logic       a_special_i,
  input  logic [1:0] a_code_i,
  input  logic       b_special_i,
  input  logic [1:0] b_code_i,
  output logic       any_o,  // an operand is special
  output logic       nan_o,  // the product is NaN
  output logic       inf_o   // the product is an infinity, unless nan_o; else it is a zero
);

  logic a_inf, b_inf;

  assign a_inf = a_special_i & a_code_i[0];
  assign b_inf = b_special_i & b_code_i[0];

  assign any_o = a_special_i | b_special_i;
  assign inf_o = a_inf | b_inf;
  assign nan_o = (a_special_i & a_code_i[1]) | (b_special_i & b_code_i[1]) |
                 (a_inf & b_special_i & ~b_code_i[0]) | (b_inf & a_special_i & ~a_code_i[0]);

endmodule
