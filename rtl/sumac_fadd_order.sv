// SPDX-License-Identifier: Apache-2.0
//
// First step of sumac_fadd: sorts two loose words (sumac_settle) by exponent; of two with one
// exponent, a_i comes first. Combinational.
// sign_o is the sign of the first, sub_o says that the signs differ, so that the magnitudes are to
// be subtracted.
//
// Example: 0x3F000000 (0.5) and 0xBF800000 (-1.0) give big 0x3F800000, small 0x3F000000, sign 1,
// sub 1.
module sumac_fadd_order (
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [30:0] big_o,
  output logic [30:0] small_o,
  output logic        sign_o,
  output logic        sub_o
);

  logic swap;

  assign swap    = b_i[30:23] > a_i[30:23];
  assign big_o   = swap ? b_i[30:0] : a_i[30:0];
  assign small_o = swap ? a_i[30:0] : b_i[30:0];
  assign sign_o  = swap ? b_i[31] : a_i[31];
  assign sub_o   = a_i[31] ^ b_i[31];

endmodule
