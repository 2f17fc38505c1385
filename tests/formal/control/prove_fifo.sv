// SPDX-License-Identifier: Apache-2.0
//
// sumac_fifo: words in order, nothing offered taken back, and where the reader takes a word within
// three cycles, a word waits at most three cycles to be taken in and is out a cycle later.
module prove_fifo (
  input logic clk_i,
  input logic rst_ni,
  input logic pick_i,
  input logic in_valid_i,
  input logic in_data_i,
  input logic out_ready_i
);

  localparam int Fair = 3;
  logic in_ready, out_valid, out_data;
  logic [4:0] inside;

  start u_start (.clk_i, .rst_ni);
  sumac_fifo #(.Width(1)) u_dut (
    .clk_i, .rst_ni, .in_valid_i, .in_ready_o(in_ready), .in_data_i,
    .out_valid_o(out_valid), .out_ready_i, .out_data_o(out_data));
  order u_order (
    .clk_i, .rst_ni, .pick_i, .in_i(in_valid_i & in_ready), .in_count_i(5'd1), .in_index_i(5'd0),
    .in_word_i(in_data_i), .in_mask_i(1'b1),
    .out_valid_i(out_valid), .out_i(out_valid & out_ready_i), .out_word_i(out_data), .inside_o(inside));
  sumac_stream_check #(.Width(1)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid), .ready_i(out_ready_i), .data_i(out_data));

  bound #(.Cycles(Fair), .Given(1)) u_fair (
    .clk_i, .rst_ni, .wait_i(out_valid), .happens_i(out_ready_i), .hold_i(1'b0));
  bound #(.Cycles(Fair + 1)) u_taken (
    .clk_i, .rst_ni, .wait_i(in_valid_i), .happens_i(in_ready), .hold_i(1'b0));
  bound #(.Cycles(1)) u_given (
    .clk_i, .rst_ni, .wait_i(inside != '0), .happens_i(out_valid), .hold_i(1'b0));

endmodule
