// SPDX-License-Identifier: Apache-2.0
//
// sumac_skew, and with it sumac_delay: lane i of 3 gives a word First + i * Step enabled edges after
// it was taken, whenever the enable comes.
module prove_delay #(
  parameter int First = 2,
  parameter int Step  = -1
) (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       pick_i,
  input logic       en_i,
  input logic [2:0] data_i
);

  logic [2:0] data;

  start u_start (.clk_i, .rst_ni);
  sumac_skew #(.Lanes(3), .Width(1), .First(First), .Step(Step)) u_dut (
    .clk_i, .rst_ni, .en_i, .d_i(data_i), .q_o(data));

  for (genvar i = 0; i < 3; i++) begin : gen_lane
    localparam int Depth = First + i * Step;
    logic       picked_q, word_q;
    logic [3:0] edges_q;  // enabled, since the word was picked

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) picked_q <= 1'b0;
      else if (en_i && pick_i) picked_q <= 1'b1;
    end
    always_ff @(posedge clk_i) begin
      if (!picked_q) word_q <= data_i[i];
      if (!picked_q) edges_q <= 4'd1;
      else if (en_i && edges_q != 4'd15) edges_q <= edges_q + 4'd1;
    end
    always_comb begin
      if (Depth == 0) assert (data[i] == data_i[i]);  // a wire is none
      else if (picked_q && edges_q == 4'(Depth)) assert (data[i] == word_q);  // not the word of that edge
    end
  end

endmodule
