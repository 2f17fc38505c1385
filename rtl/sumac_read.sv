// SPDX-License-Identifier: Apache-2.0
//
// Reads words over AXI4: takes requests of consecutive words, makes them into bursts, and hands the
// words on in order, with the request's tag.
//
// A burst ends at the next multiple of 1 KiB, so none crosses a 4 KiB line nor has more than 256
// beats; its address is a multiple of the bus's width. Up to Outstanding bursts are asked for
// before the first is answered. One AXI ID: answers come in order. Addresses are those of 32-bit
// words.
//
// Whoever asks has room for the answer: out_valid_o cannot be refused, and r_ready_o is always
// high. A bus beat of cycle t is at the output in t + 1: out_count_o words from lane 0 on,
// out_last_o with a request's last. A beat whose response is an error sets error_o, and
// error_addr_o to the address of the beat's first word that was asked for, in the same cycle as
// out_valid_o.
//
// With stop_i no further burst is asked for; one that is on offer still is. Requests that are left
// then stay: a reset ends them.
//
// Handshakes: req and ar are valid/ready streams; a request taken in cycle t asks for its first
// burst in t + 1, then one burst a cycle; the next request is taken with the last burst.
//
// Example (BusWords = 4): 6 words from word 3 on make one burst of 3 beats from word 0 on; the
// output has 1, 4 and 1 words.
module sumac_read #(
  parameter int BusWords    = 4,   // 2, 4, 8 or 16: a bus of 64 to 512 bits
  parameter int AddrW       = 30,  // bits of a word address, at least 9
  parameter int WordsW      = 16,  // bits of a request's number of words, at least 9
  parameter int TagW        = 3,
  parameter int Outstanding = 8,   // a power of two, at least 2
  localparam int LaneW      = $clog2(BusWords),
  localparam int CountW     = LaneW + 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   stop_i,
  // Requests.
  input  logic                   req_valid_i,
  output logic                   req_ready_o,
  input  logic [AddrW-1:0]       req_addr_i,
  input  logic [WordsW-1:0]      req_words_i,  // at least 1
  input  logic [TagW-1:0]        req_tag_i,
  // AXI4 read address and read data.
  output logic                   ar_valid_o,
  input  logic                   ar_ready_i,
  output logic [AddrW+1:0]       ar_addr_o,    // of a byte
  output logic [7:0]             ar_len_o,     // beats - 1
  input  logic                   r_valid_i,
  output logic                   r_ready_o,
  input  logic [BusWords*32-1:0] r_data_i,
  input  logic [1:0]             r_resp_i,
  input  logic                   r_last_i,
  // Words.
  output logic                   out_valid_o,
  output logic [TagW-1:0]        out_tag_o,
  output logic [CountW-1:0]      out_count_o,
  output logic [BusWords*32-1:0] out_data_o,
  output logic                   out_last_o,
  output logic                   error_o,
  output logic [AddrW-1:0]       error_addr_o,
  output logic                   idle_o,       // no request, nothing outstanding
  output logic                   quiet_o       // nothing on the bus: none on offer, none outstanding
);

  localparam int LineW = 8;  // 2^8 words: 1 KiB
  localparam int PtrW  = $clog2(Outstanding);

  if (BusWords != 2 && BusWords != 4 && BusWords != 8 && BusWords != 16) begin : gen_illegal_bus
    sumac_error_BusWords_must_be_2_4_8_or_16 error ();
  end
  if (Outstanding < 2 || 2 ** PtrW != Outstanding) begin : gen_illegal_outstanding
    sumac_error_Outstanding_must_be_a_power_of_two_and_at_least_2 error ();
  end

  // ---- Requests into bursts ----
  logic              busy_q;
  logic [AddrW-1:0]  addr_q;
  logic [WordsW-1:0] left_q;   // words still to be asked for
  logic [TagW-1:0]   tag_q;
  logic [LineW:0]    to_line, words;
  logic              last, ask, room;
  logic [LineW:0]    beats;

  assign to_line = (LineW + 1)'(2 ** LineW) - {1'b0, addr_q[LineW-1:0]};
  assign last    = left_q <= WordsW'(to_line);
  assign words   = last ? left_q[LineW:0] : to_line;
  assign beats   = ((LineW + 1)'(addr_q[LaneW-1:0]) + words + (LineW + 1)'(BusWords - 1)) >> LaneW;

  // A burst that is on offer stays so.
  logic offered_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) offered_q <= 1'b0;
    else offered_q <= ar_valid_o & ~ar_ready_i;
  end

  assign ar_valid_o  = busy_q & room & (~stop_i | offered_q);
  assign ar_addr_o   = {addr_q[AddrW-1:LaneW], {LaneW + 2{1'b0}}};
  assign ar_len_o    = 8'(beats - (LineW + 1)'(1));
  assign ask         = ar_valid_o & ar_ready_i;
  assign req_ready_o = ~busy_q | (ask & last);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (req_ready_o) busy_q <= req_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (req_ready_o) begin
      addr_q <= req_addr_i;
      left_q <= req_words_i;
      tag_q  <= req_tag_i;
    end else if (ask) begin
      addr_q <= addr_q + AddrW'(words);
      left_q <= left_q - WordsW'(words);
    end
  end

  // ---- Bursts that are to be answered ----
  logic [AddrW-1:0]  burst_addr_q[Outstanding];
  logic [LineW:0]    burst_words_q[Outstanding];
  logic [TagW-1:0]   burst_tag_q[Outstanding];
  logic              burst_last_q[Outstanding];
  logic [PtrW:0]     asked_q, answered_q;  // bursts; the upper bit tells full from empty
  logic [PtrW:0]     open;
  logic              beat, burst_done;

  assign open   = asked_q - answered_q;
  assign room   = open != (PtrW + 1)'(Outstanding);
  assign idle_o  = ~busy_q & (open == '0);
  assign quiet_o = ~ar_valid_o & (open == '0);

  always_ff @(posedge clk_i) begin
    if (ask) begin
      burst_addr_q[asked_q[PtrW-1:0]]  <= addr_q;
      burst_words_q[asked_q[PtrW-1:0]] <= words;
      burst_tag_q[asked_q[PtrW-1:0]]   <= tag_q;
      burst_last_q[asked_q[PtrW-1:0]]  <= last;
    end
  end

  assign r_ready_o  = 1'b1;
  assign beat       = r_valid_i;
  assign burst_done = beat & r_last_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      asked_q    <= '0;
      answered_q <= '0;
    end else begin
      if (ask) asked_q <= asked_q + (PtrW + 1)'(1);
      if (burst_done) answered_q <= answered_q + (PtrW + 1)'(1);
    end
  end

  // ---- Cycle t: a beat; done_q words of its burst have come ----
  logic [LineW:0]    done_q, ahead;
  logic [AddrW-1:0]  addr;
  logic [LaneW-1:0]  first;
  logic [CountW-1:0] lanes, count;
  logic [BusWords*32-1:0] data;

  assign addr  = burst_addr_q[answered_q[PtrW-1:0]] + AddrW'(done_q);
  assign ahead = burst_words_q[answered_q[PtrW-1:0]] - done_q;
  assign first = addr[LaneW-1:0];
  assign lanes = CountW'(BusWords) - {1'b0, first};
  assign count = ahead < (LineW + 1)'(lanes) ? CountW'(ahead) : lanes;

  sumac_rotate #(.Lanes(BusWords), .Width(32)) u_first (
    .by_i(first), .d_i(r_data_i), .q_o(data));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) done_q <= '0;
    else if (beat) done_q <= r_last_i ? '0 : done_q + (LineW + 1)'(count);
  end

  // ---- Cycle t + 1: its words ----
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      out_valid_o <= 1'b0;
      error_o     <= 1'b0;
    end else begin
      out_valid_o <= beat;
      error_o     <= beat & (r_resp_i != 2'd0);
    end
  end

  always_ff @(posedge clk_i) begin
    if (beat) begin
      out_tag_o    <= burst_tag_q[answered_q[PtrW-1:0]];
      out_count_o  <= count;
      out_data_o   <= data;
      out_last_o   <= r_last_i & burst_last_q[answered_q[PtrW-1:0]];
      error_addr_o <= addr;
    end
  end

`ifndef SYNTHESIS
  sumac_stream_check #(.Width(AddrW + WordsW + TagW)) u_check_req (
    .clk_i, .rst_ni, .valid_i(req_valid_i), .ready_i(req_ready_o),
    .data_i({req_addr_i, req_words_i, req_tag_i}));
  sumac_stream_check #(.Width(AddrW + 10), .Name("AXI4 AR")) u_check_ar (
    .clk_i, .rst_ni, .valid_i(ar_valid_o), .ready_i(ar_ready_i), .data_i({ar_addr_o, ar_len_o}));
  always @(posedge clk_i) begin
    // An answer ends where the words of its burst do; one of no burst: sumac_axi_check.
    if (beat && open != '0 && r_last_i !== (ahead == (LineW + 1)'(count))) begin
      $error("AXI4 R: RLAST is not on the last beat of its burst, and on no other");
    end
    assert (!req_valid_i || req_words_i != '0);
  end
`endif

endmodule
