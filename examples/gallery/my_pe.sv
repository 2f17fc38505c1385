// SPDX-License-Identifier: Apache-2.0
// A processing element to compare with Sumac's: the usual one of integer accelerators, an 8 x 8 bit
// multiplier and a 32-bit sum, weight-stationary, its registers as in Sumac's.
module my_pe (
  input  logic               clk_i,
  input  logic               en_i,
  input  logic signed [7:0]  act_i,
  output logic signed [7:0]  act_o,
  input  logic               load_i,
  input  logic               swap_i,
  input  logic signed [7:0]  wgt_i,
  output logic signed [7:0]  wgt_o,
  input  logic signed [31:0] psum_i,
  output logic signed [31:0] sum_o
);
  logic signed [7:0]  active_q;
  logic signed [15:0] product_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      act_o <= act_i;
      if (load_i) wgt_o <= wgt_i;
      if (swap_i) active_q <= wgt_o;
      product_q <= act_i * active_q;
      sum_o <= psum_i + 32'(product_q);
    end
  end
endmodule
