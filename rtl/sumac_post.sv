// SPDX-License-Identifier: Apache-2.0
//
// The post unit: the epilogue (sumac_post_lane) of Lanes words a cycle. The steps that are on are
// common to a beat's lanes; a tag goes with each beat.
//
// Valid/ready on both sides; a beat of cycle t is valid at the output in t + 2 + 2 * AddDepth where
// nothing halts. Results wait in a FIFO of two; while it is full the whole unit stands still, and
// in_ready_o, a function of registers alone, is low.
//
// Example (Lanes = 1, AddDepth = 1): accepted in cycle 0, a word is at out_y_o in cycle 4.
module sumac_post #(
  parameter int Lanes    = 4,  // at least 1
  parameter int Mul      = 0,  // product: 0 pam, 1 IEEE
  parameter int Comp     = 0,  // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth = 2,  // pipeline registers of each adder, 1 to 4
  parameter int TagW     = 1
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                in_valid_i,
  output logic                in_ready_o,
  input  logic [Lanes*32-1:0] in_acc_i,
  input  logic [Lanes*32-1:0] in_scale_i,
  input  logic [Lanes*32-1:0] in_shift_i,
  input  logic [Lanes*32-1:0] in_residual_i,
  input  logic                in_scale_on_i,
  input  logic                in_residual_on_i,
  input  logic                in_relu_i,
  input  logic [TagW-1:0]     in_tag_i,
  output logic                out_valid_o,
  input  logic                out_ready_i,
  output logic [Lanes*32-1:0] out_y_o,
  output logic [TagW-1:0]     out_tag_o
);

  if (Lanes < 1) begin : gen_illegal_lanes
    sumac_error_Lanes_must_be_at_least_1 error ();
  end
  if (Mul < 0 || Mul > 1) begin : gen_illegal_mul
    sumac_error_Mul_must_be_0_or_1 error ();
  end

  logic                en, due;
  logic [Lanes*32-1:0] y;
  logic [TagW-1:0]     tag;

  assign in_ready_o = en;

  sumac_delay #(.Depth(1 + 2 * AddDepth), .Width(1), .Reset(1)) u_due (
    .clk_i, .rst_ni, .en_i(en), .d_i(in_valid_i), .q_o(due));
  sumac_delay #(.Depth(1 + 2 * AddDepth), .Width(TagW)) u_tag (
    .clk_i, .rst_ni(1'b1), .en_i(en), .d_i(in_tag_i), .q_o(tag));

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    sumac_post_lane #(
      .Mul     (Mul == 1),
      .Comp    (Comp),
      .AddDepth(AddDepth)
    ) u_lane (
      .clk_i,
      .en_i         (en),
      .acc_i        (in_acc_i[i*32 +: 32]),
      .scale_i      (in_scale_i[i*32 +: 32]),
      .shift_i      (in_shift_i[i*32 +: 32]),
      .residual_i   (in_residual_i[i*32 +: 32]),
      .scale_on_i   (in_scale_on_i),
      .residual_on_i(in_residual_on_i),
      .relu_i       (in_relu_i),
      .y_o          (y[i*32 +: 32])
    );
  end

  sumac_fifo #(
    .Width(Lanes * 32 + TagW)
  ) u_results (
    .clk_i,
    .rst_ni,
    .in_valid_i (due),
    .in_ready_o (en),
    .in_data_i  ({tag, y}),
    .out_valid_o,
    .out_ready_i,
    .out_data_o ({out_tag_o, out_y_o})
  );

`ifndef SYNTHESIS
  sumac_stream_check #(.Width(4 * Lanes * 32 + 3 + TagW)) u_check_in (
    .clk_i, .rst_ni, .valid_i(in_valid_i), .ready_i(in_ready_o),
    .data_i({in_acc_i, in_scale_i, in_shift_i, in_residual_i, in_scale_on_i, in_residual_on_i,
             in_relu_i, in_tag_i}));
  sumac_stream_check #(.Width(Lanes * 32 + TagW)) u_check_out (
    .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .data_i({out_tag_o, out_y_o}));
`endif

endmodule
