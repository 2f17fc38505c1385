// SPDX-License-Identifier: Apache-2.0
//
// For area figures: a multiply-add as it stands in a processing element (product, its register,
// adder), always enabled. Operands come classified, as the array's edges give them, and partial sums
// are loose words (sumac_settle); what an element
// has besides - weights held twice, activations passed on, enables - is left out.
// Latency: the product one clock edge after its operands; the sum AddDepth edges after psum_i,
// which comes one edge after the operands.
//
// Example (AddDepth = 1): 3.0 and weight 2.0 in cycle 0, psum_i = 1.0 in cycle 1: 7.0 in cycle 2.
module sumac_synth_mac #(
  parameter bit Mul      = 0,   // product: 0 pam, 1 IEEE
  parameter int ManBits  = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int AddDepth = 1    // pipeline registers of the adder, 1 to 4
) (
  input  logic               clk_i,
  input  logic               a_special_i,
  input  logic               a_sign_i,
  input  logic [ManBits+7:0] a_mag_i,
  input  logic               b_special_i,
  input  logic               b_sign_i,
  input  logic [ManBits+8:0] b_offset_i,
  input  logic [31:0]        psum_i,
  output logic [31:0]        sum_o
);

  logic [31:0] product_d, product_q;

  if (Mul) begin : gen_ieee
    sumac_product_ieee #(
      .ManBits(ManBits)
    ) u_product (
      .a_special_i,
      .a_sign_i,
      .a_mag_i,
      .b_special_i,
      .b_sign_i,
      .b_offset_i,
      .product_o(product_d)
    );
  end else begin : gen_pam
    sumac_product_pam #(
      .ManBits(ManBits)
    ) u_product (
      .a_special_i,
      .a_sign_i,
      .a_mag_i,
      .b_special_i,
      .b_sign_i,
      .b_offset_i,
      .product_o(product_d)
    );
  end

  always_ff @(posedge clk_i) product_q <= product_d;

  sumac_fadd #(
    .Depth(AddDepth),
    .Loose(1)
  ) u_add (
    .clk_i,
    .en_i(1'b1),
    .a_i (psum_i),
    .b_i (product_q),
    .sum_o
  );

endmodule
