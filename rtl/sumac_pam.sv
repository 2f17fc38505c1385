// SPDX-License-Identifier: Apache-2.0
//
// pam as a unit of its own: the product of two operand words, as a binary32 word. Combinational.
// It is the array's edge and product in one, for tests, proofs and area figures.
//
// Example (ManBits = 23, Comp = 0): 0x3FC00000 x 0x3FC00000 (1.5 x 1.5) gives 0x40000000 (2.0).
module sumac_pam #(
  parameter int ManBits = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp    = 0    // compensation constant, 0 <= Comp < 2^23
) (
  input  logic [ManBits+8:0] a_i,
  input  logic [ManBits+8:0] b_i,
  output logic [31:0]        p_o
);

  if (ManBits < 3 || ManBits > 23) begin : gen_illegal_man_bits
    sumac_error_ManBits_must_be_3_to_23 error ();
  end
  if (Comp < 0 || Comp >= 2 ** 23) begin : gen_illegal_comp
    sumac_error_Comp_must_be_0_to_8388607 error ();
  end

  logic               a_special, a_sign, b_special, b_sign;
  logic [ManBits+7:0] a_mag;
  logic [ManBits+8:0] b_offset;
  logic [31:0]        loose;

  sumac_classify #(
    .ManBits(ManBits)
  ) u_a (
    .word_i   (a_i),
    .special_o(a_special),
    .sign_o   (a_sign),
    .mag_o    (a_mag)
  );

  sumac_weight_edge #(
    .ManBits(ManBits),
    .Comp   (Comp)
  ) u_b (
    .word_i   (b_i),
    .special_o(b_special),
    .sign_o   (b_sign),
    .offset_o (b_offset)
  );

  sumac_product_pam #(
    .ManBits(ManBits),
    .Comp   (Comp)
  ) u_product (
    .a_special_i(a_special),
    .a_sign_i   (a_sign),
    .a_mag_i    (a_mag),
    .b_special_i(b_special),
    .b_sign_i   (b_sign),
    .b_offset_i (b_offset),
    .product_o  (loose)
  );

  sumac_settle #(
    .ZeroSign(0)
  ) u_settle (
    .loose_i(loose),
    .word_o (p_o)
  );

endmodule
