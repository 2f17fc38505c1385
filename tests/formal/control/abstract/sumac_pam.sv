// SPDX-License-Identifier: Apache-2.0
//
// In place of the post unit's product where control is proved: the operands' signs.
module sumac_pam #(
  parameter int ManBits = 23,
  parameter int Comp    = 0
) (
  input  logic [ManBits+8:0] a_i,
  input  logic [ManBits+8:0] b_i,
  output logic [31:0]        p_o
);

  assign p_o = {30'd0, b_i[ManBits+8], a_i[ManBits+8]};

endmodule
