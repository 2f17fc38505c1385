// SPDX-License-Identifier: Apache-2.0
//
// Third step of sumac_fadd: the magnitude of the sum shifted until its leading one is in front of
// the mantissa. Combinational.
//
// Copies of bit 0 are shifted in from below (sumac_fadd_sum says why). Where four or more leading
// bits are lost, the exponents were at most one apart: bits 1 and 0 are alike then, and need not be
// shifted.
//
// Example: mag 0x6000000 (1.5 with its unit in bit 26) gives mantissa 0x400000, step 0, and 0 for
// the rest; mag 0x0C00004 (an eighth of it, and a bit more) mantissa 0x400004, step -3.
module sumac_fadd_normalise (
  input  logic [27:0] mag_i,
  output logic [22:0] mantissa_o,  // cut off
  output logic        up_o,        // to nearest even: its neighbour above is due
  output logic [5:0]  step_o,      // signed, -30 to 1: the sum's exponent less the larger operand's
  output logic        carry_o,     // step_o is 1
  output logic        none_o       // the magnitude is zero: the rest means nothing
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

  assign mantissa_o = by1[26:4];
  assign up_o       = by1[3] & (by1[4] | (|by1[2:0]));
  assign carry_o    = mag_i[27];
  assign none_o     = ~by1[27];

  // One less the leading zeros, which are twice the halves and zero1.
  logic [3:0] halves;

  assign halves = {zero16, zero8, zero4, zero2};
  assign step_o = {|halves, 4'd0 - halves, ~zero1};

endmodule
