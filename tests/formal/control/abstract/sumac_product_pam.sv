// SPDX-License-Identifier: Apache-2.0
//
// In place of the product where control is proved: the operands' signs.
module sumac_product_pam #(
  parameter int ManBits = 23,
  parameter int Comp    = 0
) (
  input  logic               a_special_i,
  input  logic               a_sign_i,
  input  logic [ManBits+7:0] a_mag_i,
  input  logic               b_special_i,
  input  logic               b_sign_i,
  input  logic [ManBits+8:0] b_offset_i,
  output logic [31:0]        product_o
);

  assign product_o = {30'd0, b_sign_i, a_sign_i};

endmodule
