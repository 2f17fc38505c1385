// SPDX-License-Identifier: Apache-2.0
//
// A FIFO of two entries, enough for one word a cycle with both handshakes registered: in_ready_o
// and out_valid_o are functions of registers alone. Latency: one cycle from an accepted word to
// out_valid_o. Valid/ready on both sides.
//
// Example: accepted in cycle 0 by an empty FIFO, a word is at out_data_o in cycle 1; in_ready_o
// falls when two words wait, and rises in the cycle after one has left.
module sumac_fifo #(
  parameter int Width = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             in_valid_i,
  output logic             in_ready_o,
  input  logic [Width-1:0] in_data_i,
  output logic             out_valid_o,
  input  logic             out_ready_i,
  output logic [Width-1:0] out_data_o
);

  // The oldest word is in head_q; tail_q holds the second where count_q is 2.
  logic [Width-1:0] head_q, tail_q;
  logic [1:0]       count_q;
  logic             push, pop;

  assign in_ready_o  = count_q != 2'd2;
  assign out_valid_o = count_q != 2'd0;
  assign out_data_o  = head_q;
  assign push        = in_valid_i & in_ready_o;
  assign pop         = out_valid_o & out_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= 2'd0;
    else if (push && !pop) count_q <= count_q + 2'd1;
    else if (pop && !push) count_q <= count_q - 2'd1;
  end

  always_ff @(posedge clk_i) begin
    if (pop || count_q == 2'd0) head_q <= count_q == 2'd2 ? tail_q : in_data_i;
    if (push) tail_q <= in_data_i;
  end

endmodule
