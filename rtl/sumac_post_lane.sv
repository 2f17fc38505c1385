// SPDX-License-Identifier: Apache-2.0
//
// The epilogue of one result word: y = add(product(acc, scale), shift) where scale_on_i is set,
// then y = add(y, residual) where residual_on_i is, then ReLU where relu_i is: negatives and -0
// become +0, a NaN stays. A step that is off hands its word on. Words are binary32.
//
// Latency: 1 + 2 * AddDepth enabled clock edges, one word a cycle; en_i = 0 holds every register.
// All inputs belong to one word. No handshake and no reset (sumac_post has both).
//
// Example (Mul = 0, Comp = 0): acc 1.5, scale 2.0, shift -4.0, residual off, ReLU on: 0.
module sumac_post_lane #(
  parameter bit Mul      = 0,  // product: 0 pam, 1 IEEE
  parameter int Comp     = 0,  // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth = 2   // pipeline registers of each adder, 1 to 4
) (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] acc_i,
  input  logic [31:0] scale_i,
  input  logic [31:0] shift_i,
  input  logic [31:0] residual_i,
  input  logic        scale_on_i,
  input  logic        residual_on_i,
  input  logic        relu_i,
  output logic [31:0] y_o
);

  // ---- Product; the word as it came stands by ----
  logic [31:0] product, product_q, shift_q, acc_q;

  if (Mul) begin : gen_ieee
    sumac_mul u_product (.a_i(acc_i), .b_i(scale_i), .p_o(product));
  end else begin : gen_pam
    sumac_pam #(.Comp(Comp)) u_product (.a_i(acc_i), .b_i(scale_i), .p_o(product));
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      product_q <= product;
      shift_q   <= shift_i;
      acc_q     <= acc_i;
    end
  end

  // ---- Shift ----
  logic [31:0] shifted, bypassed, residual, scaled;
  logic        scale_on;

  sumac_fadd #(.Depth(AddDepth)) u_shift (
    .clk_i, .en_i, .a_i(product_q), .b_i(shift_q), .sum_o(shifted));
  sumac_delay #(.Depth(AddDepth), .Width(32)) u_bypass (
    .clk_i, .rst_ni(1'b1), .en_i, .d_i(acc_q), .q_o(bypassed));
  sumac_delay #(.Depth(1 + AddDepth), .Width(33)) u_with_scaled (
    .clk_i, .rst_ni(1'b1), .en_i, .d_i({scale_on_i, residual_i}), .q_o({scale_on, residual}));

  assign scaled = scale_on ? shifted : bypassed;

  // ---- Residual ----
  logic [31:0] added, kept, y;
  logic        residual_on, relu;

  sumac_fadd #(.Depth(AddDepth)) u_residual (
    .clk_i, .en_i, .a_i(scaled), .b_i(residual), .sum_o(added));
  sumac_delay #(.Depth(AddDepth), .Width(32)) u_keep (
    .clk_i, .rst_ni(1'b1), .en_i, .d_i(scaled), .q_o(kept));
  sumac_delay #(.Depth(1 + 2 * AddDepth), .Width(2)) u_with_sum (
    .clk_i, .rst_ni(1'b1), .en_i, .d_i({residual_on_i, relu_i}), .q_o({residual_on, relu}));

  assign y = residual_on ? added : kept;

  // ---- ReLU ----
  logic nan;
  assign nan = y[30:0] > 31'h7F800000;
  assign y_o = relu & y[31] & ~nan ? '0 : y;

endmodule
