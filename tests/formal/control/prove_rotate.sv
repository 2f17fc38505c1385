// SPDX-License-Identifier: Apache-2.0
//
// sumac_rotate of 8 lanes, sumac_lanes of 8 to 4 and 2 to 8, sumac_stage: which word is where.
module prove_rotate (
  input logic         clk_i,
  input logic         rst_ni,
  input logic [2:0]   by_i,
  input logic [15:0]  data_i,
  input logic [255:0] wide_i,
  input logic         en_i
);

  logic [15:0]  data;
  logic [127:0] four;
  logic [255:0] eight;
  logic [1:0]   wire_out, stage, last_q;
  logic         running_q;

  start u_start (.clk_i, .rst_ni);
  sumac_rotate #(.Lanes(8), .Width(2)) u_dut (.by_i, .d_i(data_i), .q_o(data));
  sumac_lanes #(.In(8), .Out(4)) u_four (.by_i, .d_i(wide_i), .q_o(four));
  sumac_lanes #(.In(2), .Out(8)) u_eight (.by_i, .d_i(wide_i[63:0]), .q_o(eight));
  sumac_stage #(.Width(2), .Register(0)) u_wire (.clk_i, .en_i, .d_i(data_i[1:0]), .q_o(wire_out));
  sumac_stage #(.Width(2), .Register(1)) u_stage (.clk_i, .en_i, .d_i(data_i[1:0]), .q_o(stage));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) running_q <= 1'b0;
    else if (en_i) running_q <= 1'b1;
  end
  always_ff @(posedge clk_i) if (en_i) last_q <= data_i[1:0];

  always_comb begin
    assert (wire_out == data_i[1:0]);  // a wire is none
    if (running_q) assert (stage == last_q);  // a register does not hold
  end
  for (genvar i = 0; i < 8; i++) begin : gen_lane
    logic [2:0] from;
    assign from = by_i + 3'(i);
    always_comb begin
      assert (data[2*i +: 2] == data_i[2*from +: 2]);  // another lane's word
      if (i < 4) assert (four[32*(i%4) +: 32] == wide_i[32*from +: 32]);  // another word
      if (from < 3'd2) assert (eight[32*i +: 32] == wide_i[32*from +: 32]);  // another word of the two
    end
  end

endmodule
