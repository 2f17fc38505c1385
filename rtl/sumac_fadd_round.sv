// SPDX-License-Identifier: Apache-2.0
//
// Last step of sumac_fadd: normalises the magnitude of the sum, rounds it to nearest even and
// makes the loose word (sumac_settle). Combinational.
//
// mag_i: bit 27 is the carry, bit 26 the unit's place of the larger operand, bits 2 to 0 guard,
// round and sticky. Copies of bit 0 are shifted in from below (sumac_fadd_sum says why). Where four
// or more leading bits are lost, the exponents were at most one apart: bits 1 and 0 are alike then,
// and need not be shifted. A tiny sum becomes a zero, which needs no look at its rounding: sums of
// two normal numbers below 2^-126 are exact.
//
// Example: mag 0x6000000 (1.5 with its unit in bit 26), exp 127, sign 0 gives 0x3FC00000.
module sumac_fadd_round (
  input  logic [27:0] mag_i,
  input  logic [7:0]  exp_i,   // of the larger operand
  input  logic        sign_i,
  input  logic        plus_i,  // a zero sum is +0
  input  logic        nan_i,
  output logic [31:0] loose_o
);

  // Leading zeros and normalisation together, by halves: the leading one comes to bit 27. The upper
  // bits that are shifted out are zeros, so what comes in their place is ORed to them.
  logic        fill, zero16, zero8, zero4, zero2, zero1;
  logic [27:0] by16, by8, by4, by2, by1;

  assign fill   = mag_i[0];
  assign zero16 = mag_i[27:12] == '0;
  assign by16   = {mag_i[27:18] | ({10{zero16}} & mag_i[11:2]),
                   mag_i[17:12] | {6{zero16 & fill}},
                   zero16 ? {12{fill}} : mag_i[11:0]};
  assign zero8  = by16[27:20] == '0;
  assign by8    = {by16[27:20] | ({8{zero8}} & by16[19:12]),
                   zero8 ? {by16[11:2], {10{fill}}} : by16[19:0]};
  assign zero4  = by8[27:24] == '0;
  assign by4    = {by8[27:24] | ({4{zero4}} & by8[23:20]),
                   zero4 ? {by8[19:2], {6{fill}}} : by8[23:0]};
  assign zero2  = by4[27:26] == '0;
  assign by2    = {by4[27:26] | ({2{zero2}} & by4[25:24]),
                   zero2 ? {by4[23:0], {2{fill}}} : by4[25:0]};
  assign zero1  = ~by2[27];
  assign by1    = {by2[27] | by2[26], zero1 ? {by2[25:0], fill} : by2[26:0]};

  // The exponent in [0 - 31, 255], 9 bits, signed. It lacks the one of the carry's place: the
  // rounding's adder adds it too.
  logic [8:0]  exponent;
  logic        round_up;
  logic [31:0] rounded;

  assign exponent = {1'b0, exp_i} - {4'd0, zero16, zero8, zero4, zero2, zero1};
  assign round_up = by1[3] & (by1[4] | (|by1[2:0]));
  assign rounded  = {exponent, by1[26:4]} + {9'd1, 22'd0, round_up};

  // Exponent 0 is a zero's and 255 an infinity's also where rounding gives it. An operand's 255 has
  // to stay: then the sum means nothing.
  logic       none, special, zero;
  logic [7:0] field;

  assign none    = ~by1[27];
  assign special = &exp_i;
  assign zero    = (rounded[31] | none) & ~special;
  assign field   = (rounded[30:23] | {8{special}}) & ~{8{zero}};
  assign loose_o = {sign_i & ~(plus_i & (none | (exp_i == '0))), field,
                    (&field) ? nan_i : rounded[22], rounded[21:0]};

endmodule
