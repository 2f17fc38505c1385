// SPDX-License-Identifier: Apache-2.0
//
// The edge classifier: splits an operand word E8M(ManBits) into the form in which it travels
// through the array, so that no processing element has to look for zeros, infinities or NaNs.
// Combinational.
//
// special_o is set for zeros (subnormals too: they are read as zero), infinities and NaNs. Their
// magnitude is then replaced by a code in its two low bits, and the rest is 0:
//   00 zero   01 infinity   11 NaN
// A finite nonzero operand keeps its magnitude and has special_o = 0.
//
// Example (ManBits = 23): 0x80000001, a negative subnormal, gives special 1, sign 1, magnitude 0;
// 0xFF800000, -infinity, gives special 1, sign 1, magnitude 1; 0x40400000, 3.0, gives special 0,
// sign 0, magnitude 0x40400000.
module sumac_classify #(
  parameter int ManBits = 23  // mantissa bits of the operand format, 3 to 23
) (
  input  logic [ManBits+8:0] word_i,     // sign, 8 exponent bits, mantissa
  output logic               special_o,  // zero, infinity or NaN
  output logic               sign_o,
  output logic [ManBits+7:0] mag_o       // magnitude field, or the code of a special
);

  logic [7:0]         exponent;
  logic [ManBits-1:0] mantissa;
  logic               is_zero, is_top, is_nan;

  assign {sign_o, exponent, mantissa} = word_i;

  assign is_zero = exponent == '0;
  assign is_top  = &exponent;
  assign is_nan  = is_top && mantissa != '0;

  assign special_o = is_zero | is_top;
  assign mag_o     = special_o ? {{(ManBits + 6) {1'b0}}, is_nan, is_top} : {exponent, mantissa};

endmodule
