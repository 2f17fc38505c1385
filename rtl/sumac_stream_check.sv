// SPDX-License-Identifier: Apache-2.0
//
// Assertions on one valid/ready stream, for simulation: once valid, a word stays, and stays the
// same, until it has been taken. No outputs.
//
// Example: valid high and ready low in cycle 0; valid low in cycle 1 is an error.
`ifndef SYNTHESIS
module sumac_stream_check #(
  parameter int Width = 32,
  parameter     Name  = "stream"  // in messages
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic             ready_i,
  input logic [Width-1:0] data_i
);

  logic             waiting_q;  // a word was there in the last cycle and was not taken
  logic [Width-1:0] data_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waiting_q <= 1'b0;
    else waiting_q <= valid_i & ~ready_i;
  end

  always_ff @(posedge clk_i) if (valid_i && !ready_i) data_q <= data_i;

  always @(posedge clk_i) begin
    if (waiting_q) begin
      assert (valid_i) else $error("%0s: VALID falls before READY", Name);
      assert (data_i == data_q) else $error("%0s: the payload changes before READY", Name);
    end
  end

endmodule
`endif
