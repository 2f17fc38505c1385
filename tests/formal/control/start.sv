// SPDX-License-Identifier: Apache-2.0
//
// The first cycle is one of reset; later ones come whenever they like.
module start (
  input logic clk_i,
  input logic rst_ni
);

  logic began_q = 1'b0;
  always_ff @(posedge clk_i) began_q <= 1'b1;
  always_comb if (!began_q) assume (!rst_ni);

endmodule
