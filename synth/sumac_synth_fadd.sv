// SPDX-License-Identifier: Apache-2.0
//
// For area figures: the accumulator's adder always enabled, so that no register has a multiplexer
// and what is not a register is the addition. Latency: AddDepth clock edges.
//
// Example: 1.0 and -0.5 give 0.5, AddDepth edges later.
module sumac_synth_fadd #(
  parameter int AddDepth = 1  // pipeline registers of the adder, 1 to 4
) (
  input  logic        clk_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] sum_o
);

  sumac_fadd #(
    .Depth(AddDepth)
  ) u_add (
    .clk_i,
    .en_i(1'b1),
    .a_i,
    .b_i,
    .sum_o
  );

endmodule
