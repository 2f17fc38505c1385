// SPDX-License-Identifier: Apache-2.0
//
// The baseline's product: IEEE-754 multiplication, round to nearest even, of an activation
// classified by sumac_classify and a weight prepared by sumac_weight_edge (with Comp = 0), as a
// loose word (sumac_settle). Same ports as sumac_product_pam. Combinational.
//
// The product of the significands is rounded to 24 bits with unbounded exponent; then a magnitude
// below 2^-126 becomes a zero of its sign, one of 2^128 or more an infinity.
//
// Example (ManBits = 23): a = 3.0, b = -1.5 gives 0xC0900000 = -4.5; 0x3F7FFFFF x 0x00800000
// gives 0, 0x3F7FFFFE x 0x00800001 gives 0x00800000.
module sumac_product_ieee #(
  parameter int ManBits = 23  // mantissa bits of the operand format, 3 to 23
) (
  input  logic               a_special_i,
  input  logic               a_sign_i,
  input  logic [ManBits+7:0] a_mag_i,
  input  logic               b_special_i,
  input  logic               b_sign_i,
  input  logic [ManBits+8:0] b_offset_i,
  output logic [31:0]        product_o
);

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

  // Significands with their leading one; narrow ones are exact in the upper bits of the product.
  localparam int SigBits = ManBits + 1;
  logic [2*SigBits-1:0] product;
  logic [47:0]          wide;     // in [1, 4): the leading one is bit 47 or 46

  assign product = {{SigBits{1'b0}}, 1'b1, a_mag_i[ManBits-1:0]} *
                   {{SigBits{1'b0}}, 1'b1, b_offset_i[ManBits-1:0]};
  assign wide    = 48'(product) << (48 - 2 * SigBits);

  // Normalise to a leading one in bit 47, then round: bit 23 is the first dropped.
  logic        carry, round_up;
  logic [46:0] normal;    // below the leading one
  logic [9:0]  exponent;  // biased, in [-125, 383 + 1]: 10 bits, signed

  assign carry    = wide[47];
  assign normal   = carry ? wide[46:0] : {wide[45:0], 1'b0};
  assign round_up = normal[23] & (normal[24] | (|normal[22:0]));

  // One adder, the carry its carry-in: the lowest bit of the 11 only makes it (so it is waived).
  // verilator lint_off UNUSED
  logic unused;
  // verilator lint_on UNUSED
  assign {exponent, unused} = {2'b00, a_mag_i[ManBits+7:ManBits], 1'b1} +
                              {b_offset_i[ManBits+8], b_offset_i[ManBits+8:ManBits], carry};

  // A mantissa of all ones that rounds up carries into the exponent.
  logic [32:0] rounded;

  assign rounded = {exponent, normal[46:24]} + 33'(round_up);

  sumac_product_pack u_pack (
    .sign_i    (a_sign_i ^ b_sign_i),
    .exponent_i(rounded[32:23]),
    .mantissa_i(rounded[22:0]),
    .zero_i    (zero),
    .nan_i     (nan),
    .top_i     (top),
    .loose_o   (product_o)
  );

endmodule
