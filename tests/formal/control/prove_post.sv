// SPDX-License-Identifier: Apache-2.0
//
// sumac_post with abstract arithmetic: each beat once, in order, with its tag and its own operands, at any
// stall; nothing offered is taken back; a beat is out 2 + 2 * AddDepth cycles later where those before it
// are taken, and where results are taken within two cycles, the next is taken in within two.
module prove_post #(
  parameter int AddDepth = 1
) (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       pick_i,
  input logic       in_valid_i,
  input logic       acc_i,
  input logic       scale_i,
  input logic [1:0] shift_i,
  input logic [1:0] residual_i,
  input logic       scale_on_i,
  input logic       residual_on_i,
  input logic       tag_i,
  input logic       out_ready_i
);

  localparam int Latency = 2 + 2 * AddDepth;
  logic        in_ready, out_valid, out_tag;
  logic [31:0] out_y;
  logic [4:0]  inside;
  logic [1:0]  y, x, z;

  start u_start (.clk_i, .rst_ni);
  sumac_post #(.Lanes(1), .AddDepth(AddDepth)) u_dut (
    .clk_i, .rst_ni, .in_valid_i, .in_ready_o(in_ready), .in_acc_i({acc_i, 31'd0}),
    .in_scale_i({scale_i, 31'd0}), .in_shift_i({30'd0, shift_i}), .in_residual_i({30'd0, residual_i}),
    .in_scale_on_i(scale_on_i), .in_residual_on_i(residual_on_i), .in_relu_i(1'b0), .in_tag_i(tag_i),
    .out_valid_o(out_valid), .out_ready_i, .out_y_o(out_y), .out_tag_o(out_tag));

  // The product is {sign of the scale, of acc}; a sum alpha * (a xor b) in GF(4).
  always_comb begin
    x = {scale_i, acc_i} ^ shift_i;
    y = scale_on_i ? {x[0] ^ x[1], x[1]} : 2'd0;
    z = y ^ residual_i;
    if (residual_on_i) y = {z[0] ^ z[1], z[1]};
  end

  order #(.Width(3)) u_order (
    .clk_i, .rst_ni, .pick_i, .in_i(in_valid_i & in_ready), .in_count_i(5'd1), .in_index_i(5'd0),
    .in_word_i({tag_i, y}), .in_mask_i(3'b111), .out_valid_i(out_valid), .out_i(out_valid & out_ready_i),
    .out_word_i({out_tag, out_y[1:0]}), .inside_o(inside));
  sumac_stream_check #(.Width(3)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid), .ready_i(out_ready_i), .data_i({out_tag, out_y[1:0]}));
  bound #(.Cycles(Latency)) u_given (
    .clk_i, .rst_ni, .wait_i(inside != '0), .happens_i(out_valid), .hold_i(1'b0));
  bound #(.Cycles(2), .Given(1)) u_fair (
    .clk_i, .rst_ni, .wait_i(out_valid), .happens_i(out_ready_i), .hold_i(1'b0));
  bound #(.Cycles(3)) u_taken (
    .clk_i, .rst_ni, .wait_i(in_valid_i), .happens_i(in_ready), .hold_i(1'b0));

endmodule
