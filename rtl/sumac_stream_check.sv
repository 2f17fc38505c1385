// SPDX-License-Identifier: Apache-2.0
//
// Assertions on one valid/ready stream, for simulation: once valid, a word stays, and stays the
// same, until it has been taken. No outputs.
//
// This and the other checks say `if (wrong) $error`, with the wrong as what is not known to be
// right: of an assert with a message Verilator 5.006 makes code in which failing is the usual case,
// which costs 3 % of the accelerator's speed.
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
      if (valid_i !== 1'b1) $error("%0s: VALID falls before READY", Name);
      if (data_i !== data_q) $error("%0s: the payload changes before READY", Name);
    end
  end

endmodule
`endif
