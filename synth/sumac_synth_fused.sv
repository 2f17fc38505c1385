// SPDX-License-Identifier: Apache-2.0
//
// For area figures: the accumulator by groups always enabled, so that no register has a multiplexer
// and what is not a register is the sum. Words are loose (sumac_settle). Latency: AddDepth clock
// edges.
//
// Example (Group = 4): psum 1.0 and products 1.0, 2.0, 4.0 and a zero give 8.0, AddDepth edges later.
module sumac_synth_fused #(
  parameter int Group    = 4,  // products a group, 1 to 16
  parameter int AddDepth = 1   // pipeline registers, 1 to 4
) (
  input  logic                clk_i,
  input  logic [Group*32-1:0] products_i,
  input  logic [31:0]         psum_i,
  output logic [31:0]         sum_o
);

  sumac_fused #(
    .Group(Group),
    .Depth(AddDepth)
  ) u_fused (
    .clk_i,
    .en_i(1'b1),
    .products_i,
    .psum_i,
    .sum_o
  );

endmodule
