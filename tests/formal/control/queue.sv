// SPDX-License-Identifier: Apache-2.0
//
// What a stream has brought and has not been used yet, oldest first: for the harnesses, written
// otherwise than sumac_fifo. More than Depth words inside fail.
module queue #(
  parameter int Width = 1,
  parameter int Depth = 2,
  localparam int CountW = $clog2(Depth + 1)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              put_i,
  input  logic [Width-1:0]  word_i,
  output logic              valid_o,
  input  logic              get_i,
  output logic [Width-1:0]  word_o
);

  logic [Depth*Width-1:0] words_q;  // the oldest lowest
  logic [CountW-1:0]      count_q, left;

  assign valid_o = count_q != '0;
  assign word_o  = words_q[Width-1:0];
  assign left    = count_q - CountW'(get_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= '0;
    else count_q <= left + CountW'(put_i);
  end
  for (genvar i = 0; i < Depth; i++) begin : gen_word
    always_ff @(posedge clk_i) begin
      if (put_i && left == CountW'(i)) words_q[i*Width +: Width] <= word_i;
      else if (get_i && i + 1 < Depth) words_q[i*Width +: Width] <= words_q[((i+1)%Depth)*Width +: Width];
    end
  end

  always_comb begin
    assert (32'(left) + 32'(put_i) <= Depth);  // more words are taken than there can be inside
    assert (!get_i || valid_o);  // a word is used that has not come
  end

endmodule
