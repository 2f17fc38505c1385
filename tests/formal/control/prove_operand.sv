// SPDX-License-Identifier: Apache-2.0
//
// sumac_operand with its feed, walk and window: of every GEMM every beat of every tile comes once, in the
// order of the tiles, with its lanes, last and turn; each lane has the word that the view puts there, as the
// GEMM's load wrote it, or +0. No beat comes before its load has ended, and the load of a third GEMM, which
// begins when the third is taken, spoils none of the beats of the one before the last (loads take the
// window's halves in turn).
//
// Words are of one bit, the window has eight.
module prove_operand #(
  parameter int Weights = 0,
  localparam int Size   = 2,
  localparam int FreeW  = 40
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             desc_valid_i,
  input logic [1:0]       desc_m_i,
  input logic [1:0]       desc_n_i,
  input logic [1:0]       desc_k_i,
  input logic             desc_turn_i,
  input logic             desc_load_i,
  input logic [FreeW-1:0] free_i,        // the view's bits that are free
  input logic             load_ends_i,
  input logic [1:0]       wr_count_i,
  input logic [1:0]       wr_place_i,    // in the half
  input logic [1:0]       wr_data_i,
  input logic             out_ready_i
);

  `include "sumac_registers.svh"

  logic             desc_ready, out_valid, out_last, out_turn, idle, put, loaded, out;
  logic [Size-1:0]  out_data;
  logic [1:0]       out_lanes;
  logic [2:0]       wr_addr;
  logic [1:0]       wr_count;
  logic [18*32-1:0] desc_view;

  start u_start (.clk_i, .rst_ni);
  sumac_operand #(
    .Weights(Weights), .Rows(Size), .Cols(Size), .Size(Size), .Words(8), .BusWords(2), .Width(1)
  ) u_dut (
    .clk_i, .rst_ni, .desc_valid_i, .desc_ready_o(desc_ready), .desc_m_i(16'(desc_m_i)),
    .desc_n_i(16'(desc_n_i)), .desc_k_i(16'(desc_k_i)), .desc_turn_i, .desc_load_i, .desc_view_i(desc_view),
    .loaded_i(loaded), .wr_count_i(wr_count), .wr_addr_i(wr_addr), .wr_data_i, .out_valid_o(out_valid),
    .out_ready_i, .out_data_o(out_data), .out_last_o(out_last), .out_turn_o(out_turn),
    .out_lanes_o(out_lanes), .idle_o(idle));
  assign put = desc_valid_i & desc_ready;
  assign out = out_valid & out_ready_i;

  sparse_view u_view (.free_i(free_i), .words_o(desc_view));

  // ---- Loads: one for each GEMM that has one, in order, from when the GEMM is taken ----
  logic [2:0] asked_q, ended_q, asked;  // numbers of loads
  logic [7:0] image_q[4];               // of the last loads: words that have been written, and their bits
  assign asked    = asked_q + 3'(put & desc_load_i);
  assign loaded   = load_ends_i & (ended_q != asked_q);
  assign wr_count = ended_q != asked_q ? wr_count_i : '0;
  assign wr_addr  = {ended_q[0], wr_place_i};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {asked_q, ended_q} <= '0;
    else begin
      asked_q <= asked;
      ended_q <= ended_q + 3'(loaded);
    end
  end
  always_comb assume (32'(wr_count_i) <= 2 && 32'(wr_place_i) + 32'(wr_count_i) <= 4);

  logic [7:0] half_q[2], half;
  for (genvar i = 0; i < 4; i++) begin : gen_word
    logic second;
    assign second = wr_count == 2'd2 && 32'(wr_place_i) + 1 == i;
    assign half[i] = second ? wr_data_i[1] : wr_count != '0 && 32'(wr_place_i) == i ? wr_data_i[0]
                   : half_q[ended_q[0]][i];
    assign half[4+i] = half_q[ended_q[0]][4+i] | second | (wr_count != '0 && 32'(wr_place_i) == i);
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      half_q[0] <= '0;
      half_q[1] <= '0;
    end else half_q[ended_q[0]] <= half;
  end
  always_ff @(posedge clk_i) if (loaded) image_q[ended_q[1:0]] <= half;

  // ---- The GEMM whose beats leave, and the tile and step of the next one ----
  logic             valid, turn, load, over;
  logic [1:0]       m, n, k, m_q, n_q, k_q, step_q;  // elements before the tile
  logic [2:0]       number;                          // of the load that it reads
  logic [FreeW-1:0] free;
  logic [1:0]       m_left, n_left, k_left, m_size, n_size, k_size, steps, lanes;
  logic             blocks, m_last, n_last, k_last, step_last;

  always_comb if (desc_valid_i) assume (desc_m_i != '0 && desc_n_i != '0 && desc_k_i != '0);
  queue #(.Width(11 + FreeW), .Depth(7)) u_gemms (
    .clk_i, .rst_ni, .put_i(put),
    .word_i({desc_m_i, desc_n_i, desc_k_i, desc_turn_i, desc_load_i, asked - 3'd1, free_i}),
    .valid_o(valid), .get_i(over), .word_o({m, n, k, turn, load, number, free}));

  assign blocks    = turn && Weights == 0;
  assign m_left    = m - m_q;
  assign n_left    = n - n_q;
  assign k_left    = k - k_q;
  assign m_last    = !blocks || m_left <= 2'd2;
  assign n_last    = n_left <= 2'd2;
  assign k_last    = k_left <= 2'd2;
  assign m_size    = m_last ? m_left : 2'd2;
  assign n_size    = n_last ? n_left : 2'd2;
  assign k_size    = k_last ? k_left : 2'd2;
  assign steps     = Weights == 1 ? (turn ? n_size : k_size) : (turn ? k_size : m_size);
  assign lanes     = Weights == 1 ? (turn ? k_size : n_size) : (turn ? m_size : k_size);
  assign step_last = step_q + 2'd1 == steps;
  assign over      = out & step_last & m_last & n_last & k_last;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {m_q, n_q, k_q, step_q} <= '0;
    else if (out) begin
      step_q <= step_last ? '0 : step_q + 2'd1;
      if (step_last) m_q <= m_last ? '0 : m_q + 2'd2;
      if (step_last && m_last) n_q <= n_last ? '0 : n_q + 2'd2;
      if (step_last && m_last && n_last) k_q <= k_last ? '0 : k_q + 2'd2;
    end
  end

  logic [2:0] ahead;  // loads that have not ended
  assign ahead = number - ended_q;
  always_comb begin
    if (out_valid) begin
      assert (valid);  // a beat of no GEMM
      assert (out_turn == turn && out_lanes == lanes && out_last == step_last);  // another tile's beat
      assert (!load || ahead[2]);  // before its load has ended
    end
    if (idle) assert (!out_valid);  // idle with a beat
  end
  sumac_stream_check #(.Width(6)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid), .ready_i(out_ready_i),
    .data_i({out_turn, out_lanes, out_last, out_data}));

  // ---- Its words ----
  logic [1:0] step_index, lane_base;
  assign step_index = (Weights == 1 ? (turn ? n_q : k_q) : (turn ? k_q : m_q)) + step_q;
  assign lane_base  = Weights == 1 ? (turn ? k_q : n_q) : (turn ? m_q : k_q);
  logic [18*32-1:0] view;
  sparse_view u_view_out (.free_i(free), .words_o(view));
  // The first GEMM has a load.
  always_comb if (desc_valid_i && asked_q == '0) assume (desc_load_i);
  logic [2:0] step_addr;
  logic [3:0] step_y;
  place u_step (
    .index_i(step_index), .extent_i(view[ViewStepExtent*32 +: 32]), .stride_i(view[ViewStepStride*32 +: 96]),
    .share_i(view[ViewStepShare*32 +: 96]), .addr_o(step_addr), .y_o(step_y));
  for (genvar l = 0; l < Size; l++) begin : gen_lane
    logic [2:0] lane_addr, addr;
    logic [3:0] lane_y, y;
    logic [7:0] image;
    logic       exists, used;
    place u_lane (
      .index_i(lane_base + 2'(l)), .extent_i(view[ViewLaneExtent*32 +: 32]),
      .stride_i(view[ViewLaneStride*32 +: 96]), .share_i(view[ViewLaneShare*32 +: 96]),
      .addr_o(lane_addr), .y_o(lane_y));
    assign addr   = view[ViewStart*32+3 +: 3] + step_addr + lane_addr;
    assign y      = view[ViewY*32 +: 4] + step_y + lane_y;
    assign exists = !y[3] && y < view[ViewY*32+16 +: 4];
    assign used   = 2'(l) < lanes && exists;
    assign image  = image_q[number[1:0]];
    // The view lies in its load's half, of which only the place counts.
    always_comb begin
      if (out_valid && used) assume (addr[2] == number[0]);
      if (out_valid && !used) assert (!out_data[l]);  // not +0 where there is no element
      if (out_valid && used && image[{1'b1, addr[1:0]}])
        assert (out_data[l] == image[{1'b0, addr[1:0]}]);  // another word
    end
  end

endmodule

// What an index adds to the address, in words, and to the coordinate y: its three digits.
module place (
  input  logic [1:0]  index_i,
  input  logic [31:0] extent_i,
  input  logic [95:0] stride_i,  // in eighths of a word
  input  logic [95:0] share_i,
  output logic [2:0]  addr_o,
  output logic [3:0]  y_o
);

  logic [1:0] digit0, digit1, digit2, extent1, extent2;
  assign extent1 = extent_i[1:0];
  assign extent2 = extent_i[17:16];
  assign digit2  = index_i % extent2;
  assign digit1  = (index_i / extent2) % extent1;
  assign digit0  = (index_i / extent2) / extent1;
  assign addr_o  = 3'(digit0) * stride_i[5:3] + 3'(digit1) * stride_i[37:35] + 3'(digit2) * stride_i[69:67];
  assign y_o     = 4'(digit0) * share_i[3:0] + 4'(digit1) * share_i[35:32] + 4'(digit2) * share_i[67:64];

endmodule

// A view of a few free bits: any start, extents to 2, any strides of whole words, a coordinate.
module sparse_view (
  input  logic [39:0]       free_i,
  output logic [18*32-1:0]  words_o
);

  `include "sumac_registers.svh"

  logic unit;
  assign unit = free_i[39];  // lanes are neighbours in memory
  always_comb begin
    words_o = '0;
    words_o[ViewStart*32+3 +: 3]          = free_i[2:0];
    words_o[ViewY*32 +: 16]               = {{14{free_i[4]}}, free_i[4:3]};
    words_o[ViewY*32+16 +: 2]             = free_i[6:5];
    words_o[ViewX*32+16]                  = 1'b1;
    words_o[ViewMasks*32+16]              = unit;
    words_o[ViewStepStride*32+3 +: 3]     = free_i[9:7];
    words_o[(ViewStepStride+1)*32+3 +: 3] = free_i[12:10];
    words_o[(ViewStepStride+2)*32+3 +: 3] = free_i[15:13];
    words_o[ViewStepExtent*32 +: 2]       = {free_i[16], ~free_i[16]};
    words_o[ViewStepExtent*32+16 +: 2]    = {free_i[17], ~free_i[17]};
    words_o[ViewStepShare*32]             = free_i[18];
    words_o[(ViewStepShare+1)*32]         = free_i[19];
    words_o[(ViewStepShare+2)*32]         = free_i[20];
    words_o[ViewLaneStride*32+3 +: 3]     = free_i[23:21];
    words_o[(ViewLaneStride+1)*32+3 +: 3] = free_i[26:24];
    words_o[(ViewLaneStride+2)*32+3 +: 3] = unit ? 3'd1 : free_i[29:27];
    words_o[ViewLaneExtent*32 +: 2]       = {free_i[30], ~free_i[30]};
    words_o[ViewLaneExtent*32+16 +: 2]    = {free_i[31], ~free_i[31]};
    words_o[ViewLaneShare*32]             = free_i[32];
    words_o[(ViewLaneShare+1)*32]         = free_i[33];
    words_o[(ViewLaneShare+2)*32]         = free_i[34] & ~unit;
  end

endmodule
