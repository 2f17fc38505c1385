// SPDX-License-Identifier: Apache-2.0
//
// The weight's edge: classifies a weight and takes the exponent bias off its magnitude, adding the
// upper bits of the compensation constant, so that the product of pam is one integer add in the
// processing element: magnitude(a) + offset(b). Combinational.
//
// offset = magnitude - 127 * 2^ManBits + Comp / 2^(23 - ManBits), two's complement. The magnitude
// of a finite nonzero operand is in [1, 255) * 2^ManBits and the compensation below 2^ManBits, so
// the offset lies in [-126, 129) * 2^ManBits and needs 9 + ManBits bits. For a special operand the
// offset is the classifier's code.
//
// Example (ManBits = 23, Comp = 0): 1.0 (0x3F800000) gives offset 0; 0.5 gives -2^23; 1.5 gives
// 2^22. The operand's magnitude field is added to these: 3.0 x 1.5 is 0x40400000 + 0x00400000.
module sumac_weight_edge #(
  parameter int ManBits = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp    = 0    // compensation, 0 <= Comp < 2^23; 0 for an IEEE product
) (
  input  logic [ManBits+8:0] word_i,
  output logic               special_o,  // zero, infinity or NaN
  output logic               sign_o,
  output logic [ManBits+8:0] offset_o    // signed, or the code of a special
);

  localparam int         W         = 9 + ManBits;
  localparam logic [W-1:0] CompUpper = W'(Comp >> (23 - ManBits));
  localparam logic [W-1:0] Bias      = W'(127) << ManBits;

  logic [W-2:0] mag;

  sumac_classify #(
    .ManBits(ManBits)
  ) u_classify (
    .word_i,
    .special_o,
    .sign_o,
    .mag_o(mag)
  );

  assign offset_o = special_o ? {1'b0, mag} : {1'b0, mag} + (CompUpper - Bias);

endmodule
