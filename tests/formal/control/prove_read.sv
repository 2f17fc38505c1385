// SPDX-License-Identifier: Apache-2.0
//
// sumac_read before a memory of any latency and any stalls, which answers in order: every request's
// words come once, in order, those of their addresses, under its tag, its last with out_last_o; an error
// is told with the address of its beat; the port keeps AXI4's rules and never has more than
// Outstanding bursts open; idle and quiet are so; and it moves.
//
// Of the memory one bit is set in one word, whichever. Lines are of 2^LineW words here, so that few
// words cross them.
module prove_read #(
  parameter int BusWords    = 2,
  parameter int AddrW       = 4,
  parameter int WordsW      = 4,
  parameter int Outstanding = 2,
  localparam int LineW      = 2,
  localparam int LaneW      = $clog2(BusWords),
  localparam int CountW     = LaneW + 1
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic [AddrW-1:0]  marked_i,
  input logic              stop_i,
  input logic              req_valid_i,
  input logic [AddrW-1:0]  req_addr_i,
  input logic [WordsW-1:0] req_words_i,
  input logic              req_tag_i,
  input logic              ar_ready_i,
  input logic              r_valid_i,
  input logic [1:0]        r_resp_i
);

  logic [AddrW-1:0] marked;
  always_ff @(posedge clk_i) if (!rst_ni) marked <= marked_i;

  logic                   req_ready, ar_valid, r_ready, r_last, out_valid, out_tag, out_last, error, idle, quiet;
  logic [AddrW+1:0]       ar_addr;
  logic [7:0]             ar_len;
  logic [BusWords*32-1:0] r_data, out_data;
  logic [CountW-1:0]      out_count;
  logic [AddrW-1:0]       error_addr;

  start u_start (.clk_i, .rst_ni);
  sumac_read #(
    .BusWords(BusWords), .AddrW(AddrW), .WordsW(WordsW), .TagW(1), .Outstanding(Outstanding)
  ) u_dut (
    .clk_i, .rst_ni, .stop_i, .req_valid_i, .req_ready_o(req_ready), .req_addr_i, .req_words_i, .req_tag_i,
    .ar_valid_o(ar_valid), .ar_ready_i, .ar_addr_o(ar_addr), .ar_len_o(ar_len), .r_valid_i,
    .r_ready_o(r_ready), .r_data_i(r_data), .r_resp_i, .r_last_i(r_last), .out_valid_o(out_valid),
    .out_tag_o(out_tag), .out_count_o(out_count), .out_data_o(out_data), .out_last_o(out_last),
    .error_o(error), .error_addr_o(error_addr), .idle_o(idle), .quiet_o(quiet));

  // ---- The memory: bursts in order, and the beat of the oldest ----
  logic             burst_valid, ask, beat, req, out;
  logic [AddrW-1:0] burst_addr, beat_addr;
  logic [7:0]       burst_len, beat_q;

  assign ask  = ar_valid & ar_ready_i;
  assign beat = r_valid_i & r_ready;
  queue #(.Width(AddrW + 8), .Depth(Outstanding)) u_bursts (
    .clk_i, .rst_ni, .put_i(ask), .word_i({ar_addr[AddrW+1:2], ar_len}),
    .valid_o(burst_valid), .get_i(beat & r_last), .word_o({burst_addr, burst_len}));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_q <= '0;
    else if (beat) beat_q <= r_last ? '0 : beat_q + 8'd1;
  end
  assign r_last    = beat_q == burst_len;
  assign beat_addr = burst_addr + AddrW'(beat_q << LaneW);
  for (genvar i = 0; i < BusWords; i++) begin : gen_lane
    assign r_data[32*i +: 32] = {31'd0, beat_addr + AddrW'(i) == marked};
  end
  always_comb begin
    if (r_valid_i) assume (burst_valid && rst_ni && r_resp_i != 2'd1);
    assert (r_ready);  // the reader holds the bus up
    assert (quiet == (~ar_valid & ~burst_valid));  // quiet while something is on the bus, or not while nothing is
  end

  // ---- The port's rules: addresses stay, bursts are aligned and within their lines ----
  sumac_stream_check #(.Width(AddrW + 10), .Name("AXI4 AR")) u_ar (
    .clk_i, .rst_ni, .valid_i(ar_valid), .ready_i(ar_ready_i), .data_i({ar_addr, ar_len}));
  logic [AddrW-1:0] burst_end;
  assign burst_end = ar_addr[AddrW+1:2] + AddrW'((32'(ar_len) + 1) * BusWords) - AddrW'(1);
  always_comb begin
    if (ar_valid) begin
      assert (ar_addr[LaneW+1:0] == '0);  // not aligned
      assert (ar_addr[AddrW+1:2] >> LineW == burst_end >> LineW);  // a burst crosses a line
      assert (32'(ar_len) < 2 ** LineW / BusWords);  // longer than a line
    end
    if (!rst_ni) assert (!ar_valid && !out_valid);  // valid in reset
  end

  // ---- Requests in order; the words of the oldest that are still to come ----
  logic              want_valid, want_tag, want_done;
  logic [AddrW-1:0]  want_addr, next_addr;
  logic [WordsW-1:0] want_words, came_q, left;

  always_comb if (req_valid_i) assume (req_words_i != '0);
  assign req = req_valid_i & req_ready;
  assign out = out_valid;
  queue #(.Width(AddrW + WordsW + 1), .Depth(Outstanding + 2)) u_wanted (
    .clk_i, .rst_ni, .put_i(req), .word_i({req_addr_i, req_words_i, req_tag_i}),
    .valid_o(want_valid), .get_i(want_done), .word_o({want_addr, want_words, want_tag}));
  assign left      = want_words - came_q;
  assign next_addr = want_addr + AddrW'(came_q);
  assign want_done = out & (WordsW'(out_count) == left);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) came_q <= '0;
    else if (out) came_q <= want_done ? '0 : came_q + WordsW'(out_count);
  end

  logic       beat_q1;
  logic [1:0] resp_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_q1 <= 1'b0;
    else beat_q1 <= beat;
  end
  always_ff @(posedge clk_i) resp_q <= r_resp_i;

  always_comb begin
    assert (out_valid == beat_q1);  // not a cycle after its beat
    assert (error == (beat_q1 & (resp_q != 2'd0)));  // an error is not told, or is told where none is
    if (out) begin
      assert (want_valid && out_count != '0 && 32'(out_count) <= BusWords && WordsW'(out_count) <= left);  // more words than asked for
      assert (out_tag == want_tag);  // another request's tag
      assert (out_last == want_done);  // last amiss
      for (int i = 0; i < BusWords; i++)
        if (i < 32'(out_count)) assert (out_data[32*i] == (next_addr + AddrW'(i) == marked));  // another word
      assert (error_addr == next_addr);  // another address
    end
    if (idle) assert (!burst_valid && !ar_valid);  // idle while something is on the bus
    if (idle) assert (!want_valid || out);  // idle with a request
  end

  // ---- It moves: without stop, and where the memory takes addresses ----
  bound #(.Cycles(2)) u_asks (
    .clk_i, .rst_ni, .wait_i(want_valid & ~burst_valid & ~out & ~beat_q1 & ~stop_i), .happens_i(ar_valid), .hold_i(1'b0));

endmodule
