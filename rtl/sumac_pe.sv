// SPDX-License-Identifier: Apache-2.0
//
// A processing element: one weight, one product, one addition.
//
// Activation, swap and load leave to the right one enabled edge after they came in. The weight
// shifts down: where load_i is set, the shadow register takes the word from above, and what it
// held is below's for the taking. Where swap_i is set, the shadow word becomes the active one; it
// multiplies from the next cycle on, so swap_i comes one cycle before its tile's first activation.
// Latency: product one edge after the activation; sum_o AddDepth edges after psum_i, which comes
// one cycle after its activation; both are loose words (sumac_settle), as is the product. en_i = 0
// holds everything. No reset: all of it is data.
//
// Example (AddDepth = 2): activation 3.0 in cycle 0 with active weight 2.0, psum_i = 1.0 in
// cycle 1: sum_o = 7.0 in cycle 3.
module sumac_pe #(
  parameter bit Mul      = 0,   // product: 0 pam, 1 IEEE
  parameter int ManBits  = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp     = 0,   // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth = 1    // pipeline registers of the adder, 1 to 4
) (
  input  logic               clk_i,
  input  logic               en_i,
  // From the left, and on to the right.
  input  logic               act_special_i,
  input  logic [ManBits+8:0] act_i,          // sign, magnitude (see sumac_classify)
  input  logic               swap_i,
  input  logic               load_i,
  output logic               act_special_o,
  output logic [ManBits+8:0] act_o,
  output logic               swap_o,
  output logic               load_o,
  // From above, and on down.
  input  logic [1:0]         wgt_flags_i,    // special, sign
  input  logic [ManBits+8:0] wgt_offset_i,   // see sumac_weight_edge
  input  logic [31:0]        psum_i,
  output logic [1:0]         wgt_flags_o,
  output logic [ManBits+8:0] wgt_offset_o,
  output logic [31:0]        sum_o
);

  // ---- To the right ----
  logic               act_special_q, swap_q, load_q;
  logic [ManBits+8:0] act_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      act_special_q <= act_special_i;
      act_q         <= act_i;
      swap_q        <= swap_i;
      load_q        <= load_i;
    end
  end

  assign act_special_o = act_special_q;
  assign act_o         = act_q;
  assign swap_o        = swap_q;
  assign load_o        = load_q;

  // ---- Weights: shadow and active ----
  logic [1:0]         shadow_flags_q, active_flags_q;
  logic [ManBits+8:0] shadow_offset_q, active_offset_q;

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

  assign wgt_flags_o  = shadow_flags_q;
  assign wgt_offset_o = shadow_offset_q;

  // ---- Product ----
  logic [31:0] product_d, product_q;

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
    if (en_i) product_q <= product_d;
  end

  // ---- Sum ----
  sumac_fadd #(
    .Depth(AddDepth),
    .Loose(1)
  ) u_add (
    .clk_i,
    .en_i,
    .a_i  (psum_i),
    .b_i  (product_q),
    .sum_o
  );

endmodule
