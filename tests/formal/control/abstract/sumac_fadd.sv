// SPDX-License-Identifier: Apache-2.0
//
// In place of the adder where control is proved: two bits, a polynomial over GF(4) in which each
// operand and its place count: sum = alpha * (a xor b), Depth enabled edges later.
module sumac_fadd #(
  parameter int Depth = 1,
  parameter int Loose = 0
) (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] sum_o
);

  logic [1:0] x, q;
  assign x = a_i[1:0] ^ b_i[1:0];

  sumac_delay #(.Width(2), .Depth(Depth)) u_sum (
    .clk_i, .rst_ni(1'b1), .en_i, .d_i({x[0] ^ x[1], x[1]}), .q_o(q));
  assign sum_o = {30'd0, q};

endmodule
