// SPDX-License-Identifier: Apache-2.0
//
// The activations' way to the array's left edge: classified, and skewed by AddDepth cycles a row.
//
// Latency: a beat of cycle t is at row r in cycle t + 2 + r * AddDepth; its swap flag one cycle
// earlier, as the processing element asks.
//
// Example (AddDepth = 2): a tile's first beat in cycle 0: row 0 swaps in cycle 1 and sees the
// activation in cycle 2, row 1 in cycles 3 and 4.
module sumac_act_edge #(
  parameter int Rows     = 16,
  parameter int ManBits  = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int AddDepth = 1,   // pipeline registers of the adder, 1 to 4
  localparam int W       = 9 + ManBits
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              en_i,
  input  logic [Rows*W-1:0] act_data_i,
  input  logic              first_i,        // a tile's first beat is in act_data_i
  output logic [Rows-1:0]   act_special_o,
  output logic [Rows*W-1:0] act_o,          // sign, magnitude
  output logic [Rows-1:0]   swap_o
);

  logic [Rows-1:0]   special;
  logic [Rows*W-1:0] word;

  for (genvar r = 0; r < Rows; r++) begin : gen_edge
    sumac_classify #(
      .ManBits(ManBits)
    ) u_classify (
      .word_i   (act_data_i[r*W +: W]),
      .special_o(special[r]),
      .sign_o   (word[r*W+W-1]),
      .mag_o    (word[r*W +: W-1])
    );
  end

  sumac_skew #(.Lanes(Rows), .Width(1), .First(1), .Step(AddDepth)) u_skew_swap (
    .clk_i, .rst_ni, .en_i, .d_i({Rows{first_i}}), .q_o(swap_o));
  sumac_skew #(.Lanes(Rows), .Width(1), .First(2), .Step(AddDepth)) u_skew_special (
    .clk_i, .rst_ni, .en_i, .d_i(special), .q_o(act_special_o));
  sumac_skew #(.Lanes(Rows), .Width(W), .First(2), .Step(AddDepth)) u_skew_word (
    .clk_i, .rst_ni, .en_i, .d_i(word), .q_o(act_o));

endmodule
