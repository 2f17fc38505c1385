// SPDX-License-Identifier: Apache-2.0
//
// The product that is an integer add: pam of an activation classified by sumac_classify and a
// weight prepared by sumac_weight_edge, as a loose word (sumac_settle). Combinational.
//
// r = magnitude(a) + offset(b) is pam's sum on the upper 9 + ManBits bits of the word: below
// 2^ManBits (exponent 0 or negative) the product is +0, from 255 * 2^ManBits on it is an
// infinity; else r is its magnitude, and the 23 - ManBits low bits are those of Comp, constants.
//
// Example (ManBits = 23, Comp = 0): a = 3.0 (magnitude 0x40400000), b = -1.5 (offset 0x00400000,
// sign 1) gives 0xC0800000 = -4.0, where IEEE gives -4.5.
module sumac_product_pam #(
  parameter int ManBits = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp    = 0    // the compensation of sumac_weight_edge: its low bits
) (
  input  logic               a_special_i,
  input  logic               a_sign_i,
  input  logic [ManBits+7:0] a_mag_i,
  input  logic               b_special_i,
  input  logic               b_sign_i,
  input  logic [ManBits+8:0] b_offset_i,
  output logic [31:0]        product_o
);

  localparam int          LowBits = 23 - ManBits;
  localparam logic [22:0] CompLow = 23'(Comp) & ((23'd1 << LowBits) - 23'd1);

  logic zero, nan, top;

  sumac_special u_special (
    .a_special_i,
    .a_code_i   (a_mag_i[1:0]),
    .b_special_i,
    .b_code_i   (b_offset_i[1:0]),
    .zero_o     (zero),
    .nan_o      (nan),
    .top_o      (top)
  );

  // In [-125, 384) * 2^ManBits: 10 + ManBits bits, signed.
  logic [ManBits+9:0] r;

  assign r = {2'b00, a_mag_i} + {b_offset_i[ManBits+8], b_offset_i};

  sumac_product_pack u_pack (
    .sign_i    (a_sign_i ^ b_sign_i),
    .exponent_i(r[ManBits+9:ManBits]),
    .mantissa_i(23'(r[ManBits-1:0]) << LowBits | CompLow),
    .zero_i    (zero),
    .nan_i     (nan),
    .top_i     (top),
    .loose_o   (product_o)
  );

endmodule
