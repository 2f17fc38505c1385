// SPDX-License-Identifier: Apache-2.0
//
// Makes the loose word (sumac_settle) of a product from its fields and from what sumac_special says
// of the operands: only the exponent and bit 22 can change. Combinational.
//
// Example: exponent 256 (overflow), no special operand: exponent field 255, bit 22 clear, an
// infinity; exponent -3: field 0, a zero.
module sumac_product_pack (
  input  logic        sign_i,
  input  logic [9:0]  exponent_i,  // biased, signed
  input  logic [22:0] mantissa_i,
  input  logic        zero_i,      // an operand is zero and none infinite or NaN
  input  logic        top_i,       // an operand is infinite or NaN
  input  logic        nan_i,       // the product is NaN; only with top_i
  output logic [31:0] loose_o
);

  // Exponents 0 and 255 are a zero's and an infinity's as they are.
  logic       top, zero;
  logic [7:0] exponent;

  assign top      = top_i | (exponent_i[8] & ~exponent_i[9]);
  assign zero     = ~top_i & (zero_i | exponent_i[9]);
  assign exponent = (exponent_i[7:0] | {8{top}}) & ~{8{zero}};
  assign loose_o  = {sign_i, exponent, (&exponent) ? nan_i : mantissa_i[22], mantissa_i[21:0]};

endmodule
