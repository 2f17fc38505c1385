// SPDX-License-Identifier: Apache-2.0
//
// Assertions on an AXI4 port of one ID, for simulation: what the manager (sumac_top) and the
// subordinate (the memory) owe each other. docs/rtl.md lists the rules; a message names its channel
// and rule. No outputs.
//
// The bursts that are open are kept by their lengths. Write data may be taken before their address,
// as AXI4 has it: whichever is later is compared with the other.
//
// Example: AR of 2 beats taken in cycle 0; a beat from cycle 1 on has RLAST low, the next has it
// high, a third is an error.
`ifndef SYNTHESIS
module sumac_axi_check #(
  parameter int AddrW       = 32,  // bits of a byte address
  parameter int DataW       = 128,
  parameter int Outstanding = 16   // bursts each way at most, a power of two
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               ar_valid_i,
  input logic               ar_ready_i,
  input logic [AddrW-1:0]   ar_addr_i,
  input logic [7:0]         ar_len_i,
  input logic [2:0]         ar_size_i,
  input logic [1:0]         ar_burst_i,
  input logic               r_valid_i,
  input logic               r_ready_i,
  input logic [DataW-1:0]   r_data_i,
  input logic [1:0]         r_resp_i,
  input logic               r_last_i,
  input logic               aw_valid_i,
  input logic               aw_ready_i,
  input logic [AddrW-1:0]   aw_addr_i,
  input logic [7:0]         aw_len_i,
  input logic [2:0]         aw_size_i,
  input logic [1:0]         aw_burst_i,
  input logic               w_valid_i,
  input logic               w_ready_i,
  input logic [DataW-1:0]   w_data_i,
  input logic [DataW/8-1:0] w_strb_i,
  input logic               w_last_i,
  input logic               b_valid_i,
  input logic               b_ready_i,
  input logic [1:0]         b_resp_i
);

  localparam int              PtrW    = $clog2(Outstanding);
  localparam logic [1:0]      ExOkay  = 2'b01;
  localparam logic [PtrW+1:0] Most    = (PtrW + 2)'(Outstanding);
  localparam logic [PtrW+1:0] Another = (PtrW + 2)'(1);

  // ---- Every channel ----
  sumac_stream_check #(.Width(AddrW + 13), .Name("AXI4 AR")) u_ar (
    .clk_i, .rst_ni, .valid_i(ar_valid_i), .ready_i(ar_ready_i),
    .data_i({ar_addr_i, ar_len_i, ar_size_i, ar_burst_i}));
  sumac_stream_check #(.Width(DataW + 3), .Name("AXI4 R")) u_r (
    .clk_i, .rst_ni, .valid_i(r_valid_i), .ready_i(r_ready_i),
    .data_i({r_data_i, r_resp_i, r_last_i}));
  sumac_stream_check #(.Width(AddrW + 13), .Name("AXI4 AW")) u_aw (
    .clk_i, .rst_ni, .valid_i(aw_valid_i), .ready_i(aw_ready_i),
    .data_i({aw_addr_i, aw_len_i, aw_size_i, aw_burst_i}));
  sumac_stream_check #(.Width(DataW + DataW / 8 + 1), .Name("AXI4 W")) u_w (
    .clk_i, .rst_ni, .valid_i(w_valid_i), .ready_i(w_ready_i),
    .data_i({w_data_i, w_strb_i, w_last_i}));
  sumac_stream_check #(.Width(2), .Name("AXI4 B")) u_b (
    .clk_i, .rst_ni, .valid_i(b_valid_i), .ready_i(b_ready_i), .data_i(b_resp_i));

  logic running;

  sumac_reset_check #(.Name("AXI4")) u_reset (
    .clk_i, .rst_ni,
    .valid_i({ar_valid_i, r_valid_i, aw_valid_i, w_valid_i, b_valid_i}),
    .ready_i({ar_ready_i, r_ready_i, aw_ready_i, w_ready_i, b_ready_i}),
    .running_o(running));

  // ---- Addresses ----
  sumac_burst_check #(.AddrW(AddrW), .DataW(DataW), .Name("AXI4 AR")) u_ar_burst (
    .clk_i, .valid_i(running & ar_valid_i), .addr_i(ar_addr_i), .len_i(ar_len_i),
    .size_i(ar_size_i), .burst_i(ar_burst_i));
  sumac_burst_check #(.AddrW(AddrW), .DataW(DataW), .Name("AXI4 AW")) u_aw_burst (
    .clk_i, .valid_i(running & aw_valid_i), .addr_i(aw_addr_i), .len_i(aw_len_i),
    .size_i(aw_size_i), .burst_i(aw_burst_i));

  // ---- Reads ----
  logic [7:0]      r_len_q[Outstanding];  // beats - 1 of each burst
  logic [PtrW+1:0] ar_q, r_q;             // bursts asked for, and answered
  logic [7:0]      r_beat_q;              // beats of the oldest burst that have been taken
  logic            ar_take, r_take;

  assign ar_take = ar_valid_i & ar_ready_i;
  assign r_take  = r_valid_i & r_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_q     <= '0;
      r_q      <= '0;
      r_beat_q <= '0;
    end else begin
      if (ar_take) ar_q <= ar_q + Another;
      if (r_take) begin
        r_beat_q <= r_last_i ? '0 : r_beat_q + 8'd1;
        if (r_last_i) r_q <= r_q + Another;
      end
    end
  end

  always_ff @(posedge clk_i) if (ar_take) r_len_q[ar_q[PtrW-1:0]] <= ar_len_i;

  always @(posedge clk_i) begin
    if (running && ar_take) begin
      if (ar_q - r_q == Most) $error("AXI4 AR: too many bursts are open");
    end
    if (running && r_valid_i) begin
      if (ar_q == r_q) $error("AXI4 R: a beat of no burst");
      if (r_last_i !== (r_beat_q == r_len_q[r_q[PtrW-1:0]])) begin
        $error("AXI4 R: RLAST is not on the last beat of its burst, and on no other");
      end
      if (r_resp_i === ExOkay) $error("AXI4 R: RRESP is EXOKAY");
    end
  end

  // ---- Writes ----
  logic [7:0]      w_len_q[Outstanding];  // beats - 1 of each burst, by its address or its data
  logic [PtrW+1:0] aw_q, w_q, b_q;        // bursts of which the address, all data, the answer came
  logic [7:0]      w_beat_q;              // beats of the next burst that have been taken
  logic [PtrW+1:0] lead;                  // addresses that have come before their data, signed
  logic            level, early, aw_take, w_take, w_end, known;
  logic [7:0]      w_len;

  assign aw_take = aw_valid_i & aw_ready_i;
  assign w_take  = w_valid_i & w_ready_i;
  assign w_end   = w_take & w_last_i;
  assign lead    = aw_q - w_q;
  assign level   = lead == '0;
  assign early   = lead[PtrW+1];                        // all data of a burst before its address
  assign known   = level ? aw_take : ~early;            // the length of the next burst of data
  assign w_len   = level ? aw_len_i : w_len_q[w_q[PtrW-1:0]];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_q     <= '0;
      w_q      <= '0;
      b_q      <= '0;
      w_beat_q <= '0;
    end else begin
      if (aw_take) aw_q <= aw_q + Another;
      if (w_take) w_beat_q <= w_last_i ? '0 : w_beat_q + 8'd1;
      if (w_end) w_q <= w_q + Another;
      if (b_valid_i && b_ready_i) b_q <= b_q + Another;
    end
  end

  always_ff @(posedge clk_i) begin
    if (aw_take && !early) w_len_q[aw_q[PtrW-1:0]] <= aw_len_i;
    if (w_end && !known) w_len_q[w_q[PtrW-1:0]] <= w_beat_q;
  end

  always @(posedge clk_i) begin
    if (running && aw_take) begin
      if (aw_q - b_q == Most) $error("AXI4 AW: too many bursts are open");
      if (early) begin
        if (aw_len_i !== w_len_q[aw_q[PtrW-1:0]]) begin
          $error("AXI4 AW: the burst has not the length of its data, which came before");
        end
      end else if (level && aw_len_i < w_beat_q) begin
        $error("AXI4 AW: the burst is shorter than its data, which came before");
      end
    end
    if (running && w_valid_i) begin
      if (((w_strb_i ^ (w_strb_i >> 1)) & {DataW / 32{4'b0111}}) !== '0) begin
        $error("AXI4 W: WSTRB has parts of a word");
      end
    end
    if (running && w_take) begin
      if (known && w_last_i !== (w_beat_q == w_len)) begin
        $error("AXI4 W: WLAST is not on the last beat of its burst, and on no other");
      end
      if (!w_last_i && w_beat_q == 8'hFF) $error("AXI4 W: more than 256 beats");
      if (w_last_i && w_q - b_q == Most) $error("AXI4 W: too many bursts are open");
    end
    if (running && b_valid_i) begin
      if (aw_q == b_q) $error("AXI4 B: an answer to no burst");
      if (w_q == b_q) $error("AXI4 B: an answer before the burst's last beat");
      if (b_resp_i === ExOkay) $error("AXI4 B: BRESP is EXOKAY");
    end
  end

endmodule
`endif
