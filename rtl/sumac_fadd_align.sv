// SPDX-License-Identifier: Apache-2.0
//
// First step of sumac_fadd: of two loose words (sumac_settle) the significands, the one of the
// smaller exponent shifted right to the other's exponent; of two with one exponent, b_i comes
// first. Combinational.
//
// small_o has three bits below the unit of big_o: guard, round, and a sticky bit that stands for
// all that was shifted out; those suffice for a correct rounding of sum and difference. A zero is
// shifted out, whatever its mantissa, like a number too small to matter: its sticky bit changes no
// rounded sum. Where both operands are zeros, big_o means nothing.
// sub_o says that the signs differ, so that the magnitudes are to be subtracted. special_o says
// that an operand is infinite or NaN, nan_o that the sum is NaN.
//
// One subtraction gives order and distance: a - b - 1 of the exponents, whose complement is b - a.
// Where it is not negative, the distance is one more: by this one, b's significand is shifted as it
// is chosen.
//
// Example: 0xBFC00000 (-1.5) and 0x40000000 (2.0) give exp 128, sign 0, sub 1, big 0x800000, small
// 0x600000 * 8 / 1 = 0x3000000, the half of 0xC00000 with three more bits.
module sumac_fadd_align (
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [7:0]  exp_o,
  output logic [23:0] big_o,
  output logic [26:0] small_o,
  output logic        sign_o,    // of the first
  output logic        sub_o,
  output logic        special_o,
  output logic        nan_o
);

  logic [7:0] a_exp, b_exp, below;
  logic       a_top, b_top, above;

  assign a_exp = a_i[30:23];
  assign b_exp = b_i[30:23];
  assign a_top = &a_exp;
  assign b_top = &b_exp;

  assign {above, below} = {1'b0, a_exp} + {1'b0, ~b_exp};

  assign exp_o  = above ? a_exp : b_exp;
  assign big_o  = {1'b1, above ? a_i[22:0] : b_i[22:0]};
  assign sign_o = above ? a_i[31] : b_i[31];
  assign sub_o  = a_i[31] ^ b_i[31];

  assign special_o = a_top | b_top;
  assign nan_o     = (a_top & a_i[22]) | (b_top & b_i[22]) | (a_top & b_top & sub_o);

  // A shift by 28 and more takes all 27 bits out: so does the distance from 32 on, and a zero.
  logic [4:0] shift;
  logic       out;

  assign shift = below[4:0] ^ {5{~above}};
  assign out   = (above ? |below[7:5] : ~&below[7:5]) | (a_exp == '0) | (b_exp == '0);

  // By 1, 2, 4, 8, 16. Three bits fit below the significand: some are lost from the fourth on.
  logic        by16, by8, by4, lost;
  logic [26:0] x0, x1, x2, x4, x8, x16;

  assign by4  = shift[2] | out;
  assign by8  = shift[3] | out;
  assign by16 = shift[4] | out;

  assign x0   = above ? {2'b01, b_i[22:0], 2'b00} : {1'b1, a_i[22:0], 3'b000};
  assign x1   = shift[0] ? x0 >> 1 : x0;
  assign x2   = shift[1] ? x1 >> 2 : x1;
  assign x4   = by4 ? x2 >> 4 : x2;
  assign x8   = by8 ? x4 >> 8 : x4;
  assign x16  = by16 ? x8 >> 16 : x8;
  assign lost = (shift[1] & x1[1]) | (by4 & (|x2[3:0])) | (by8 & (|x4[7:0])) | (by16 & (|x8[15:0]));

  assign small_o = {x16[26:1], x16[0] | lost};

endmodule
