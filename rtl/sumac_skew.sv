// SPDX-License-Identifier: Apache-2.0
//
// A triangle of delays: lane i of Lanes comes out First + i * Step enabled clock edges after it
// went in. Data, so without reset.
//
// Example (Lanes = 3, First = 2, Step = -1): a row that left the array skewed by one cycle a
// column is straight again, lane 2 being passed through and lane 0 delayed by 2.
module sumac_skew #(
  parameter int Lanes = 16,
  parameter int Width = 32,
  parameter int First = 0,
  parameter int Step  = 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   en_i,
  input  logic [Lanes*Width-1:0] d_i,
  output logic [Lanes*Width-1:0] q_o
);

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    sumac_delay #(
      .Width(Width),
      .Depth(First + i * Step)
    ) u_delay (
      .clk_i,
      .rst_ni,
      .en_i,
      .d_i(d_i[i*Width +: Width]),
      .q_o(q_o[i*Width +: Width])
    );
  end

endmodule
