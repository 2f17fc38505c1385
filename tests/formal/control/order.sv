// SPDX-License-Identifier: Apache-2.0
//
// Two streams in order: what goes in comes out, each word once, at its place. One word of all is
// picked, at any time; whichever it is, it is the right one when its turn comes. A word that goes in
// may stand for several that come out (in_count_i), of which the picked one is number in_index_i and
// should be in_word_i, but for the bits that in_mask_i leaves open. Another is picked when it has left.
module order #(
  parameter int Width  = 1,
  parameter int CountW = 5   // of the words that are inside at most
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              pick_i,
  input  logic              in_i,
  input  logic [CountW-1:0] in_count_i,
  input  logic [CountW-1:0] in_index_i,
  input  logic [Width-1:0]  in_word_i,
  input  logic [Width-1:0]  in_mask_i,
  input  logic              out_valid_i,
  input  logic              out_i,       // ... and taken
  input  logic [Width-1:0]  out_word_i,
  output logic [CountW-1:0] inside_o
);

  logic [CountW-1:0] inside_q, ahead_q;
  logic              picked_q;
  logic [Width-1:0]  word_q, mask_q;

  assign inside_o = inside_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inside_q <= '0;
      picked_q <= 1'b0;
    end else begin
      inside_q <= inside_q + (in_i ? in_count_i : '0) - CountW'(out_i);
      if (in_i && pick_i && !picked_q) picked_q <= 1'b1;
      else if (out_i && ahead_q == '0) picked_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (in_i && !picked_q) begin
      ahead_q <= inside_q + in_index_i - CountW'(out_i);
      word_q  <= in_word_i;
      mask_q  <= in_mask_i;
    end else if (out_i) ahead_q <= ahead_q - CountW'(1);
  end

  always_comb begin
    if (out_valid_i) assert (inside_q != '0);  // a word comes out that has not gone in, or has gone before
    if (out_valid_i && picked_q && ahead_q == '0)
      assert ((out_word_i & mask_q) == (word_q & mask_q));  // not the word whose turn it is
  end

endmodule
