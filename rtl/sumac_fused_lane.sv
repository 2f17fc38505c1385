// SPDX-License-Identifier: Apache-2.0
//
// One of the Group multipliers of sumac_fused_pe: an activation passed on to the right, a weight
// held twice, their product in a register. Timing and words are those of sumac_pe up to its
// product: activation and product one enabled edge later; the shadow weight shifts on where load_i
// is set and becomes the active one where swap_i is. No reset: all of it is data.
//
// Example: activation 3.0 in cycle 0 with active weight 2.0: product_o = 6.0 in cycle 1.
module sumac_fused_lane #(
  parameter bit Mul     = 0,   // product: 0 pam, 1 IEEE
  parameter int ManBits = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp    = 0    // compensation of pam, 0 <= Comp < 2^23
) (
  input  logic               clk_i,
  input  logic               en_i,
  input  logic               swap_i,
  input  logic               load_i,
  input  logic               act_special_i,
  input  logic [ManBits+8:0] act_i,         // sign, magnitude (see sumac_classify)
  output logic               act_special_o,
  output logic [ManBits+8:0] act_o,
  input  logic [1:0]         wgt_flags_i,   // special, sign
  input  logic [ManBits+8:0] wgt_offset_i,  // see sumac_weight_edge
  output logic [1:0]         wgt_flags_o,
  output logic [ManBits+8:0] wgt_offset_o,
  output logic [31:0]        product_o      // a loose word (sumac_settle)
);

  logic               act_special_q;
  logic [ManBits+8:0] act_q;
  logic [1:0]         shadow_flags_q, active_flags_q;
  logic [ManBits+8:0] shadow_offset_q, active_offset_q;
  logic [31:0]        product_d, product_q;

  if (Mul) begin : gen_ieee
    sumac_product_ieee #(
      .ManBits(ManBits)
    ) u_product (
      .a_special_i(act_special_i),
      .a_sign_i   (act_i[ManBits+8]),
      .a_mag_i    (act_i[ManBits+7:0]),
      .b_special_i(active_flags_q[1]),
      .b_sign_i   (active_flags_q[0]),
      .b_offset_i (active_offset_q),
      .product_o  (product_d)
    );
  end else begin : gen_pam
    sumac_product_pam #(
      .ManBits(ManBits),
      .Comp   (Comp)
    ) u_product (
      .a_special_i(act_special_i),
      .a_sign_i   (act_i[ManBits+8]),
      .a_mag_i    (act_i[ManBits+7:0]),
      .b_special_i(active_flags_q[1]),
      .b_sign_i   (active_flags_q[0]),
      .b_offset_i (active_offset_q),
      .product_o  (product_d)
    );
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      act_special_q <= act_special_i;
      act_q         <= act_i;
      product_q     <= product_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i && load_i) begin
      shadow_flags_q  <= wgt_flags_i;
      shadow_offset_q <= wgt_offset_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i && swap_i) begin
      active_flags_q  <= shadow_flags_q;
      active_offset_q <= shadow_offset_q;
    end
  end

  assign act_special_o = act_special_q;
  assign act_o         = act_q;
  assign wgt_flags_o   = shadow_flags_q;
  assign wgt_offset_o  = shadow_offset_q;
  assign product_o     = product_q;

endmodule
