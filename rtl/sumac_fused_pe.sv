// SPDX-License-Identifier: Apache-2.0
//
// A processing element of the accumulator by groups (docs/arithmetic.md, "fused"): Group weights,
// as many products, one sum. It stands where Group elements sumac_pe of a column do, and is loaded
// as they are: weights shift down, lane 0's word into lane 1 and so on, one a beat where load_i is
// set. It takes all its activations at once.
//
// Latency: as sumac_pe; products one enabled edge after the activations, sum_o AddDepth edges
// after psum_i, which comes one cycle after them.
//
// Example (Group = 4, AddDepth = 2): activations 1.0, 1.0, 1.0, 1.0 in cycle 0 with active weights
// 1.0, 2.0, 4.0, 8.0, psum_i = 1.0 in cycle 1: sum_o = 16.0 in cycle 3.
module sumac_fused_pe #(
  parameter int Group    = 4,   // products a group, 1 to 16
  parameter bit Mul      = 0,   // product: 0 pam, 1 IEEE
  parameter int ManBits  = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp     = 0,   // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth = 1,   // pipeline registers of the sum, 1 to 4
  localparam int W       = ManBits + 9
) (
  input  logic               clk_i,
  input  logic               en_i,
  // From the left, and on to the right.
  input  logic [Group-1:0]   act_special_i,
  input  logic [Group*W-1:0] act_i,          // sign, magnitude (see sumac_classify)
  input  logic               swap_i,
  input  logic               load_i,
  output logic [Group-1:0]   act_special_o,
  output logic [Group*W-1:0] act_o,
  output logic               swap_o,
  output logic               load_o,
  // From above, and on down.
  input  logic [1:0]         wgt_flags_i,    // special, sign
  input  logic [W-1:0]       wgt_offset_i,   // see sumac_weight_edge
  input  logic [31:0]        psum_i,
  output logic [1:0]         wgt_flags_o,
  output logic [W-1:0]       wgt_offset_o,
  output logic [31:0]        sum_o
);

  sumac_stage #(.Width(2)) u_flags (
    .clk_i, .en_i, .d_i({swap_i, load_i}), .q_o({swap_o, load_o}));

  // ---- Lanes: the weights of lane i at i, those that it shifts on at i + 1 ----
  logic [(Group+1)*2-1:0] flags;
  logic [(Group+1)*W-1:0] offset;
  logic [Group*32-1:0]    products;

  assign flags[1:0]      = wgt_flags_i;
  assign offset[W-1:0]   = wgt_offset_i;
  assign wgt_flags_o     = flags[Group*2 +: 2];
  assign wgt_offset_o    = offset[Group*W +: W];

  for (genvar i = 0; i < Group; i++) begin : gen_lane
    sumac_fused_lane #(
      .Mul    (Mul),
      .ManBits(ManBits),
      .Comp   (Comp)
    ) u_lane (
      .clk_i,
      .en_i,
      .swap_i,
      .load_i,
      .act_special_i(act_special_i[i]),
      .act_i        (act_i[i*W +: W]),
      .act_special_o(act_special_o[i]),
      .act_o        (act_o[i*W +: W]),
      .wgt_flags_i  (flags[i*2 +: 2]),
      .wgt_offset_i (offset[i*W +: W]),
      .wgt_flags_o  (flags[(i+1)*2 +: 2]),
      .wgt_offset_o (offset[(i+1)*W +: W]),
      .product_o    (products[i*32 +: 32])
    );
  end

  // ---- Sum ----
  sumac_fused #(
    .Group(Group),
    .Depth(AddDepth)
  ) u_sum (
    .clk_i,
    .en_i,
    .products_i(products),
    .psum_i,
    .sum_o
  );

endmodule
