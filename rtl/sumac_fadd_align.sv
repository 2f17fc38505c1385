// SPDX-License-Identifier: Apache-2.0
//
// Second step of sumac_fadd: the significands of the two loose words (sumac_settle), the smaller
// one shifted right to the larger one's exponent. Combinational.
//
// small_o has three bits below the unit of big_o: guard, round, and a sticky bit that stands for
// all that was shifted out; those suffice for a correct rounding of sum and difference. A zero is
// shifted out, whatever its mantissa, like a number too small to matter: its sticky bit changes no
// rounded sum. Where both operands are zeros, big_o means nothing. nan_o says that the sum is NaN.
//
// Example: big 0x40000000 (2.0), small 0x3FC00000 (1.5) give exp 128, big 0x800000,
// small 0x600000 * 8 / 1 = 0x3000000, the half of 0xC00000 with three more bits.
module sumac_fadd_align (
  input  logic [30:0] big_i,
  input  logic [30:0] small_i,
  input  logic        sub_i,    // the signs differ
  output logic [7:0]  exp_o,
  output logic [23:0] big_o,
  output logic [26:0] small_o,
  output logic        nan_o
);

  logic [7:0] small_exp, distance;
  logic       small_zero, out;

  assign exp_o      = big_i[30:23];
  assign big_o      = {1'b1, big_i[22:0]};
  assign small_exp  = small_i[30:23];
  assign small_zero = small_exp == '0;
  assign distance   = exp_o - small_exp;

  // A shift by 28 and more takes all 27 bits out: so does the distance from 32 on, and a zero.
  assign out = (|distance[7:5]) | small_zero;

  // By 1, 2, 4, 8, 16. Three bits fit below the significand: from the shift by 4 on some are lost.
  logic        by16, by8, by4, lost;
  logic [26:0] x0, x1, x2, x4, x8, x16;

  assign by4  = distance[2] | out;
  assign by8  = distance[3] | out;
  assign by16 = distance[4] | out;

  assign x0   = {1'b1, small_i[22:0], 3'b000};
  assign x1   = distance[0] ? x0 >> 1 : x0;
  assign x2   = distance[1] ? x1 >> 2 : x1;
  assign x4   = by4 ? x2 >> 4 : x2;
  assign x8   = by8 ? x4 >> 8 : x4;
  assign x16  = by16 ? x8 >> 16 : x8;
  assign lost = (by4 & (|x2[3:0])) | (by8 & (|x4[7:0])) | (by16 & (|x8[15:0]));

  assign small_o = {x16[26:1], x16[0] | lost};

  // Either operand, or the difference of two infinities.
  assign nan_o = (&exp_o) & (big_i[22] | ((&small_exp) & (small_i[22] | sub_i)));

endmodule
