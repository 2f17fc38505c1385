// SPDX-License-Identifier: Apache-2.0
//
// The accelerator: carries out a queue of GEMM descriptors in memory (docs/registers.md).
//
//   ctl_*  AXI4-Lite subordinate, 32 bits: the registers
//   mem_*  AXI4 manager, BusWords * 32 bits: descriptors, operands, results; one ID, bursts of
//          type INCR that end at 1 KiB lines (reads) or hold at most a row (writes)
//   irq_o  the interrupt, a level
//
// Inside: sumac_program asks sumac_read for everything in the order of the program; operands go to
// the windows of two sumac_operand, rows of C_in, scales and residuals to sumac_rows FIFOs.
// Activations go to sumac_core directly or, for the weight gradient, turned; weights always pass a
// sumac_turner, as the array takes its last row first. Results wait in a FIFO whose room a command
// takes beforehand, so that the array is never held up; sumac_writer gives them their epilogue.
//
// An error stops new bursts; those on their way end. A soft reset waits for them.
module sumac_top #(
  parameter int Rows        = 16,
  parameter int Cols        = 16,
  parameter int Mul         = 0,      // product: 0 pam, 1 IEEE
  parameter int ManBits     = 23,     // mantissa bits of the operand format, 3 to 23
  parameter int Comp        = 0,      // compensation of pam
  parameter int AddDepth    = 2,      // pipeline registers of the adders, 1 to 4
  parameter int PsumDepth   = 512,    // rows of the partial-sum banks, a power of two
  parameter int AWords      = 32768,  // of the activations' window, a power of two
  parameter int BWords      = 32768,  // of the weights' window, a power of two
  parameter int ResultDepth = 1024,   // rows of results, and of the residual: a power of two, at
                                      // least PsumDepth
  parameter int BusWords    = 4,      // 2, 4, 8 or 16
  parameter int Outstanding = 16,     // bursts each way, a power of two
  localparam int AddrW      = 30      // bits of a word address
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // AXI4-Lite.
  input  logic                   ctl_aw_valid_i,
  output logic                   ctl_aw_ready_o,
  input  logic [7:0]             ctl_aw_addr_i,
  input  logic                   ctl_w_valid_i,
  output logic                   ctl_w_ready_o,
  input  logic [31:0]            ctl_w_data_i,
  input  logic [3:0]             ctl_w_strb_i,
  output logic                   ctl_b_valid_o,
  input  logic                   ctl_b_ready_i,
  output logic [1:0]             ctl_b_resp_o,
  input  logic                   ctl_ar_valid_i,
  output logic                   ctl_ar_ready_o,
  input  logic [7:0]             ctl_ar_addr_i,
  output logic                   ctl_r_valid_o,
  input  logic                   ctl_r_ready_i,
  output logic [31:0]            ctl_r_data_o,
  output logic [1:0]             ctl_r_resp_o,
  // AXI4.
  output logic                   mem_ar_valid_o,
  input  logic                   mem_ar_ready_i,
  output logic [AddrW+1:0]       mem_ar_addr_o,
  output logic [7:0]             mem_ar_len_o,
  output logic [2:0]             mem_ar_size_o,
  output logic [1:0]             mem_ar_burst_o,
  input  logic                   mem_r_valid_i,
  output logic                   mem_r_ready_o,
  input  logic [BusWords*32-1:0] mem_r_data_i,
  input  logic [1:0]             mem_r_resp_i,
  input  logic                   mem_r_last_i,
  output logic                   mem_aw_valid_o,
  input  logic                   mem_aw_ready_i,
  output logic [AddrW+1:0]       mem_aw_addr_o,
  output logic [7:0]             mem_aw_len_o,
  output logic [2:0]             mem_aw_size_o,
  output logic [1:0]             mem_aw_burst_o,
  output logic                   mem_w_valid_o,
  input  logic                   mem_w_ready_i,
  output logic [BusWords*32-1:0] mem_w_data_o,
  output logic [BusWords*4-1:0]  mem_w_strb_o,
  output logic                   mem_w_last_o,
  input  logic                   mem_b_valid_i,
  output logic                   mem_b_ready_o,
  input  logic [1:0]             mem_b_resp_i,
  output logic                   irq_o
);

  `include "sumac_registers.svh"
  `include "sumac_kinds.svh"

  localparam int W       = 9 + ManBits;
  localparam int Larger  = Rows > Cols ? Rows : Cols;
  localparam int SizeW   = $clog2(Larger) > 1 ? $clog2(Larger) : 1;
  localparam int Size    = 2 ** SizeW;  // lanes of the operands, columns of the row FIFOs
  localparam int LaneW   = SizeW + 1;
  localparam int AW      = $clog2(AWords);
  localparam int BW      = $clog2(BWords);
  localparam int PlaceW  = AW > BW ? AW : BW;
  localparam int CountW  = $clog2(BusWords) + 1;
  localparam int RowW    = $clog2(PsumDepth);
  localparam int RoomW   = $clog2(ResultDepth) + 1;
  localparam int Vectors = 64;

  if (ResultDepth < PsumDepth || 2 ** $clog2(ResultDepth) != ResultDepth) begin
    : gen_illegal_result_depth
    sumac_error_ResultDepth_must_be_a_power_of_two_and_at_least_PsumDepth error ();
  end
  if (2 ** AW != AWords || 2 ** BW != BWords) begin : gen_illegal_words
    sumac_error_AWords_and_BWords_must_be_powers_of_two error ();
  end

  // ---- Registers, stop and soft reset ----
  logic             soft_stop, soft_reset_q, stop, stopped, clean_n, busy, desc_done;
  logic [AddrW-1:0] queue_base, base, limit;
  logic [15:0]      queue_mask;
  logic [31:0]      tail, done;
  logic             error;
  logic [2:0]       error_code;
  logic [AddrW-1:0] error_addr;
  logic [8:0]       count;
  logic             read_quiet, read_idle, write_quiet, write_idle;

  sumac_regs #(
    .Rows(Rows), .Cols(Cols), .Mul(Mul), .ManBits(ManBits), .Comp(Comp), .AddDepth(AddDepth),
    .PsumDepth(PsumDepth), .AWords(AWords), .BWords(BWords), .BusWords(BusWords), .AddrW(AddrW)
  ) u_regs (
    .clk_i,
    .rst_ni,
    .aw_valid_i  (ctl_aw_valid_i),
    .aw_ready_o  (ctl_aw_ready_o),
    .aw_addr_i   (ctl_aw_addr_i),
    .w_valid_i   (ctl_w_valid_i),
    .w_ready_o   (ctl_w_ready_o),
    .w_data_i    (ctl_w_data_i),
    .w_strb_i    (ctl_w_strb_i),
    .b_valid_o   (ctl_b_valid_o),
    .b_ready_i   (ctl_b_ready_i),
    .b_resp_o    (ctl_b_resp_o),
    .ar_valid_i  (ctl_ar_valid_i),
    .ar_ready_o  (ctl_ar_ready_o),
    .ar_addr_i   (ctl_ar_addr_i),
    .r_valid_o   (ctl_r_valid_o),
    .r_ready_i   (ctl_r_ready_i),
    .r_data_o    (ctl_r_data_o),
    .r_resp_o    (ctl_r_resp_o),
    .irq_o,
    .soft_o      (soft_stop),
    .soft_reset_i(soft_reset_q),
    .queue_base_o(queue_base),
    .queue_mask_o(queue_mask),
    .tail_o      (tail),
    .done_o      (done),
    .base_o      (base),
    .limit_o     (limit),
    .busy_i      (busy),
    .done_i      (desc_done),
    .error_i     (error),
    .error_code_i(error_code),
    .error_addr_i(error_addr),
    .stopped_o   (stopped),
    .count_i     (count)
  );

  assign stop    = stopped | soft_stop;
  assign busy    = (done != tail) | ~read_idle | ~write_idle;
  assign clean_n = rst_ni & ~soft_reset_q;

  // The reset lasts one cycle; in its second half soft_o is low again.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) soft_reset_q <= 1'b0;
    else soft_reset_q <= soft_stop & ~soft_reset_q & read_quiet & write_quiet;
  end

  // ---- What is to be done, and what has to be read for it ----
  logic                   req_valid, req_ready, req_end;
  logic [AddrW-1:0]       req_addr, desc_addr;
  logic [15:0]            req_words;
  logic [2:0]             req_kind;
  logic [PlaceW-1:0]      req_place;
  logic                   desc_valid, desc_ready, hand;
  // Waived: a descriptor has words to spare.
  // verilator lint_off UNUSED
  logic [64*32-1:0]       desc;
  // verilator lint_on UNUSED
  logic                   c_in_take, vector_take, residual_take;
  logic                   program_bad, read_outside;
  logic [AddrW-1:0]       program_addr;
  logic [$clog2(PsumDepth):0] c_in_room;
  logic [$clog2(Vectors):0]   vector_room;
  logic [RoomW-1:0]           residual_room, result_room, result_take;

  logic                   in_valid, in_end, in_last, read_error;
  logic [2:0]             in_kind;
  logic [PlaceW-1:0]      in_place;
  logic [CountW-1:0]      in_count;
  logic [BusWords*32-1:0] in_data;
  logic [AddrW-1:0]       read_error_addr;

  sumac_program #(
    .Cols(Cols), .BusWords(BusWords), .PsumDepth(PsumDepth), .AddrW(AddrW), .PlaceW(PlaceW)
  ) u_program (
    .clk_i,
    .rst_ni            (clean_n),
    .stop_i            (stop),
    .queue_base_i      (queue_base),
    .queue_mask_i      (queue_mask),
    .tail_i            (tail),
    .done_i            (done),
    .base_i            (base),
    .limit_i           (limit),
    .req_valid_o       (req_valid),
    .req_ready_i       (req_ready),
    .req_addr_o        (req_addr),
    .req_words_o       (req_words),
    .req_kind_o        (req_kind),
    .req_end_o         (req_end),
    .req_place_o       (req_place),
    .desc_words_valid_i(in_valid & (in_kind == KindDescriptor)),
    .desc_words_i      (in_data),
    .desc_words_last_i (in_last),
    .desc_valid_o      (desc_valid),
    .desc_ready_i      (desc_ready),
    .desc_o            (desc),
    .desc_addr_o       (desc_addr),
    .c_in_room_i       (c_in_room != '0),
    .c_in_take_o       (c_in_take),
    .vector_room_i     (vector_room != '0),
    .vector_take_o     (vector_take),
    .residual_room_i   (residual_room != '0),
    .residual_take_o   (residual_take),
    .bad_o             (program_bad),
    .outside_o         (read_outside),
    .error_addr_o      (program_addr)
  );

  sumac_read #(
    .BusWords(BusWords), .AddrW(AddrW), .WordsW(16), .TagW(4 + PlaceW), .Outstanding(Outstanding)
  ) u_read (
    .clk_i,
    .rst_ni      (clean_n),
    .stop_i      (stop),
    .req_valid_i (req_valid),
    .req_ready_o (req_ready),
    .req_addr_i  (req_addr),
    .req_words_i (req_words),
    .req_tag_i   ({req_kind, req_end, req_place}),
    .ar_valid_o  (mem_ar_valid_o),
    .ar_ready_i  (mem_ar_ready_i),
    .ar_addr_o   (mem_ar_addr_o),
    .ar_len_o    (mem_ar_len_o),
    .r_valid_i   (mem_r_valid_i),
    .r_ready_o   (mem_r_ready_o),
    .r_data_i    (mem_r_data_i),
    .r_resp_i    (mem_r_resp_i),
    .r_last_i    (mem_r_last_i),
    .out_valid_o (in_valid),
    .out_tag_o   ({in_kind, in_end, in_place}),
    .out_count_o (in_count),
    .out_data_o  (in_data),
    .out_last_o  (in_last),
    .error_o     (read_error),
    .error_addr_o(read_error_addr),
    .idle_o      (read_idle),
    .quiet_o     (read_quiet)
  );

  assign mem_ar_size_o  = 3'($clog2(BusWords) + 2);
  assign mem_ar_burst_o = 2'b01;
  assign mem_aw_size_o  = 3'($clog2(BusWords) + 2);
  assign mem_aw_burst_o = 2'b01;

  // ---- Words for the windows: narrowed, each request from its place on ----
  logic [BusWords*W-1:0] in_narrow;
  logic                  in_first_q;
  logic [PlaceW-1:0]     in_next_q, in_addr;
  logic [CountW-1:0]     a_count, b_count;
  logic                  a_loaded, b_loaded;

  sumac_narrow #(.Lanes(BusWords), .ManBits(ManBits)) u_narrow (
    .words_i(in_data), .words_o(in_narrow));

  assign in_addr  = in_first_q ? in_place : in_next_q;
  assign a_count  = in_valid & (in_kind == KindA) ? in_count : '0;
  assign b_count  = in_valid & (in_kind == KindB) ? in_count : '0;
  assign a_loaded = in_valid & (in_kind == KindA) & in_last & in_end;
  assign b_loaded = in_valid & (in_kind == KindB) & in_last & in_end;

  always_ff @(posedge clk_i or negedge clean_n) begin
    if (!clean_n) in_first_q <= 1'b1;
    else if (in_valid) in_first_q <= in_last;
  end

  always_ff @(posedge clk_i) if (in_valid) in_next_q <= in_addr + PlaceW'(in_count);

  // ---- The descriptor goes to all who carry it out, in one cycle ----
  // Waived: what is checked or used by sumac_program alone.
  // verilator lint_off UNUSED
  logic [31:0] flags;
  // verilator lint_on UNUSED
  logic [15:0] m, n, k;
  logic        a_ready, b_ready, commands_ready, writer_ready;

  assign flags      = desc[DescFlags*32 +: 32];
  assign m          = desc[DescM*32 +: 16];
  assign n          = desc[DescN*32 +: 16];
  assign k          = desc[DescK*32 +: 16];
  assign desc_ready = a_ready & b_ready & commands_ready & writer_ready;
  assign hand       = desc_valid & desc_ready;

  // ---- Operands ----
  logic              a_valid, a_take, a_last, a_turn, b_valid, b_take, b_last, b_turn;
  logic [Size*W-1:0] a_data, b_data;
  // Waived: weights always fill the array's rows.
  // verilator lint_off UNUSED
  logic [LaneW-1:0]  b_lanes;
  logic              a_idle, b_idle;
  // verilator lint_on UNUSED
  logic [LaneW-1:0]  a_lanes;

  sumac_operand #(
    .Weights(0), .Rows(Rows), .Cols(Cols), .Size(Size), .Words(AWords), .BusWords(BusWords),
    .Width(W)
  ) u_a (
    .clk_i,
    .rst_ni      (clean_n),
    .desc_valid_i(hand),
    .desc_ready_o(a_ready),
    .desc_m_i    (m),
    .desc_n_i    (n),
    .desc_k_i    (k),
    .desc_turn_i (flags[0]),
    .desc_load_i (desc[(DescALoad+2)*32 +: 16] != '0),
    .desc_view_i (desc[DescAView*32 +: 18*32]),
    .loaded_i    (a_loaded),
    .wr_count_i  (a_count),
    .wr_addr_i   (in_addr[AW-1:0]),
    .wr_data_i   (in_narrow),
    .out_valid_o (a_valid),
    .out_ready_i (a_take),
    .out_data_o  (a_data),
    .out_last_o  (a_last),
    .out_turn_o  (a_turn),
    .out_lanes_o (a_lanes),
    .idle_o      (a_idle)
  );

  sumac_operand #(
    .Weights(1), .Rows(Rows), .Cols(Cols), .Size(Size), .Words(BWords), .BusWords(BusWords),
    .Width(W)
  ) u_b (
    .clk_i,
    .rst_ni      (clean_n),
    .desc_valid_i(hand),
    .desc_ready_o(b_ready),
    .desc_m_i    (m),
    .desc_n_i    (n),
    .desc_k_i    (k),
    .desc_turn_i (flags[1]),
    .desc_load_i (desc[(DescBLoad+2)*32 +: 16] != '0),
    .desc_view_i (desc[DescBView*32 +: 18*32]),
    .loaded_i    (b_loaded),
    .wr_count_i  (b_count),
    .wr_addr_i   (in_addr[BW-1:0]),
    .wr_data_i   (in_narrow),
    .out_valid_o (b_valid),
    .out_ready_i (b_take),
    .out_data_o  (b_data),
    .out_last_o  (b_last),
    .out_turn_o  (b_turn),
    .out_lanes_o (b_lanes),
    .idle_o      (b_idle)
  );

  // Activations that are turned and those that are not keep their order: a direct beat waits until
  // the turner is empty, and nothing passes it there.
  logic              turned_ready, turned_valid, turned_take, turner_idle;
  logic [Size*W-1:0] turned_data;
  // Waived: the core counts rows itself.
  // verilator lint_off UNUSED
  logic              turned_last, wgt_last, wgt_idle;
  // verilator lint_on UNUSED
  logic              act_valid, act_ready, wgt_valid, wgt_ready;
  // Waived: an array with fewer rows or columns than Size leaves lanes over.
  // verilator lint_off UNUSED
  logic [Size*W-1:0] act_data, wgt_data;
  // verilator lint_on UNUSED

  sumac_turner #(.Size(Size), .Width(W), .Reverse(0)) u_turn_a (
    .clk_i,
    .rst_ni     (clean_n),
    .in_valid_i (a_valid & a_turn),
    .in_ready_o (turned_ready),
    .in_data_i  (a_data),
    .in_last_i  (a_last),
    .in_turn_i  (1'b1),
    .in_beats_i (a_lanes),
    .out_valid_o(turned_valid),
    .out_ready_i(turned_take),
    .out_data_o (turned_data),
    .out_last_o (turned_last),
    .idle_o     (turner_idle)
  );

  assign act_valid   = turner_idle ? a_valid & ~a_turn : turned_valid;
  assign act_data    = turner_idle ? a_data : turned_data;
  assign turned_take = ~turner_idle & act_ready;
  assign a_take      = a_turn ? turned_ready : turner_idle & act_ready;

  sumac_turner #(.Size(Size), .Width(W), .Reverse(1)) u_turn_b (
    .clk_i,
    .rst_ni     (clean_n),
    .in_valid_i (b_valid),
    .in_ready_o (b_take),
    .in_data_i  (b_data),
    .in_last_i  (b_last),
    .in_turn_i  (b_turn),
    .in_beats_i (LaneW'(Rows)),
    .out_valid_o(wgt_valid),
    .out_ready_i(wgt_ready),
    .out_data_o (wgt_data),
    .out_last_o (wgt_last),
    .idle_o     (wgt_idle)
  );

  // ---- Rows that are read ----
  logic               psum_valid, psum_ready, vector_valid, vector_ready;
  logic               residual_valid, residual_ready;
  // Waived: columns past the array's.
  // verilator lint_off UNUSED
  logic [Size*32-1:0] psum_data;
  // verilator lint_on UNUSED
  logic [Size*32-1:0] vector_data, residual_data;

  sumac_rows #(.Cols(Size), .BusWords(BusWords), .Depth(PsumDepth)) u_c_in (
    .clk_i,
    .rst_ni     (clean_n),
    .take_i     ((RowW + 1)'(c_in_take)),
    .room_o     (c_in_room),
    .in_valid_i (in_valid & (in_kind == KindCIn)),
    .in_count_i (in_count),
    .in_data_i  (in_data),
    .in_last_i  (in_last & in_end),
    .out_valid_o(psum_valid),
    .out_ready_i(psum_ready),
    .out_data_o (psum_data)
  );

  sumac_rows #(.Cols(Size), .BusWords(BusWords), .Depth(Vectors)) u_vectors (
    .clk_i,
    .rst_ni     (clean_n),
    .take_i     (($clog2(Vectors) + 1)'(vector_take)),
    .room_o     (vector_room),
    .in_valid_i (in_valid & (in_kind == KindVector)),
    .in_count_i (in_count),
    .in_data_i  (in_data),
    .in_last_i  (in_last & in_end),
    .out_valid_o(vector_valid),
    .out_ready_i(vector_ready),
    .out_data_o (vector_data)
  );

  sumac_rows #(.Cols(Size), .BusWords(BusWords), .Depth(ResultDepth)) u_residual (
    .clk_i,
    .rst_ni     (clean_n),
    .take_i     (RoomW'(residual_take)),
    .room_o     (residual_room),
    .in_valid_i (in_valid & (in_kind == KindResidual)),
    .in_count_i (in_count),
    .in_data_i  (in_data),
    .in_last_i  (in_last & in_end),
    .out_valid_o(residual_valid),
    .out_ready_i(residual_ready),
    .out_data_o (residual_data)
  );

  // ---- The array ----
  logic              cmd_valid, cmd_ready, cmd_dst, commands_wait, commands_bad, commands_idle;
  logic [RowW:0]     cmd_rows;
  logic [RowW-1:0]   cmd_base;
  logic [1:0]        cmd_src;
  logic [AddrW-1:0]  commands_addr;

  sumac_commands #(
    .Rows(Rows), .Cols(Cols), .PsumDepth(PsumDepth), .ResultDepth(ResultDepth), .AddrW(AddrW)
  ) u_commands (
    .clk_i,
    .rst_ni       (clean_n),
    .desc_valid_i (hand),
    .desc_ready_o (commands_ready),
    .desc_m_i     (m),
    .desc_n_i     (n),
    .desc_k_i     (k),
    .desc_base_i  (desc[DescPsumBase*32 +: RowW]),
    .desc_src_i   (flags[3:2]),
    .desc_result_i(flags[4]),
    .desc_addr_i  (desc_addr),
    .room_i       (result_room),
    .take_o       (result_take),
    .cmd_valid_o  (cmd_valid),
    .cmd_ready_i  (cmd_ready),
    .cmd_rows_o   (cmd_rows),
    .cmd_base_o   (cmd_base),
    .cmd_src_o    (cmd_src),
    .cmd_dst_o    (cmd_dst),
    .wait_o       (commands_wait),
    .bad_o        (commands_bad),
    .bad_addr_o   (commands_addr),
    .idle_o       (commands_idle)
  );

  logic               core_valid, core_idle;
  logic [Cols*32-1:0] core_data;

  sumac_core #(
    .Rows(Rows), .Cols(Cols), .Mul(Mul), .ManBits(ManBits), .Comp(Comp), .AddDepth(AddDepth),
    .PsumDepth(PsumDepth)
  ) u_core (
    .clk_i,
    .rst_ni      (clean_n),
    .cmd_valid_i (cmd_valid),
    .cmd_ready_o (cmd_ready),
    .cmd_rows_i  (cmd_rows),
    .cmd_base_i  (cmd_base),
    .cmd_src_i   (cmd_src),
    .cmd_dst_i   (cmd_dst),
    .wgt_valid_i (wgt_valid),
    .wgt_ready_o (wgt_ready),
    .wgt_data_i  (wgt_data[Cols*W-1:0]),
    .act_valid_i (act_valid),
    .act_ready_o (act_ready),
    .act_data_i  (act_data[Rows*W-1:0]),
    .psum_valid_i(psum_valid),
    .psum_ready_o(psum_ready),
    .psum_data_i (psum_data[Cols*32-1:0]),
    .res_valid_o (core_valid),
    .res_ready_i (1'b1),
    .res_data_o  (core_data),
    .idle_o      (core_idle)
  );

  // ---- Results ----
  logic               res_valid, res_ready;
  logic [Size*32-1:0] core_row, res_data;

  if (Size == Cols) begin : gen_whole_row
    assign core_row = core_data;
  end else begin : gen_short_row
    assign core_row = {{(Size - Cols) * 32{1'b0}}, core_data};
  end

  sumac_rows #(.Cols(Size), .BusWords(Size), .Depth(ResultDepth)) u_results (
    .clk_i,
    .rst_ni     (clean_n),
    .take_i     (result_take),
    .room_o     (result_room),
    .in_valid_i (core_valid),
    .in_count_i (LaneW'(Size)),
    .in_data_i  (core_row),
    .in_last_i  (1'b1),
    .out_valid_o(res_valid),
    .out_ready_i(res_ready),
    .out_data_o (res_data)
  );

  logic             write_outside, write_error;
  logic [AddrW-1:0] write_addr;

  sumac_writer #(
    .Cols(Cols), .Size(Size), .BusWords(BusWords), .AddrW(AddrW), .Outstanding(Outstanding),
    .Mul(Mul), .Comp(Comp), .AddDepth(AddDepth)
  ) u_writer (
    .clk_i,
    .rst_ni           (clean_n),
    .stop_i           (stop),
    .base_i           (base),
    .limit_i          (limit),
    .desc_valid_i     (hand),
    .desc_ready_o     (writer_ready),
    .desc_m_i         (m),
    .desc_n_i         (n),
    .desc_result_i    (flags[4]),
    .desc_scale_i     (flags[5]),
    .desc_residual_i  (flags[6]),
    .desc_relu_i      (flags[7]),
    .desc_addr_i      (desc[DescC*32 +: AddrW]),
    .desc_row_stride_i(desc[(DescC+1)*32 +: AddrW]),
    .desc_col_stride_i(desc[(DescC+2)*32 +: AddrW]),
    .res_valid_i      (res_valid),
    .res_ready_o      (res_ready),
    .res_data_i       (res_data),
    .vector_valid_i   (vector_valid),
    .vector_ready_o   (vector_ready),
    .vector_data_i    (vector_data),
    .residual_valid_i (residual_valid),
    .residual_ready_o (residual_ready),
    .residual_data_i  (residual_data),
    .aw_valid_o       (mem_aw_valid_o),
    .aw_ready_i       (mem_aw_ready_i),
    .aw_addr_o        (mem_aw_addr_o),
    .aw_len_o         (mem_aw_len_o),
    .w_valid_o        (mem_w_valid_o),
    .w_ready_i        (mem_w_ready_i),
    .w_data_o         (mem_w_data_o),
    .w_strb_o         (mem_w_strb_o),
    .w_last_o         (mem_w_last_o),
    .b_valid_i        (mem_b_valid_i),
    .b_ready_o        (mem_b_ready_o),
    .b_resp_i         (mem_b_resp_i),
    .done_o           (desc_done),
    .outside_o        (write_outside),
    .error_o          (write_error),
    .error_addr_o     (write_addr),
    .quiet_o          (write_quiet),
    .idle_o           (write_idle)
  );

  // ---- Errors and counters ----
  always_comb begin
    error = ~stop;
    if (write_error) {error_code, error_addr} = {3'd5, write_addr};
    else if (read_error) {error_code, error_addr} = {3'd4, read_error_addr};
    else if (write_outside) {error_code, error_addr} = {3'd3, write_addr};
    else if (commands_bad) {error_code, error_addr} = {3'd1, commands_addr};
    else if (program_bad) {error_code, error_addr} = {3'd1, program_addr};
    else if (read_outside) {error_code, error_addr} = {3'd2, program_addr};
    else {error, error_code, error_addr} = '0;
  end

  logic beat, waits, for_act, for_results, for_weights, for_c_in;

  assign beat        = act_valid & act_ready;
  assign waits       = busy & ~beat;
  assign for_act     = ~act_valid;
  assign for_results = ~for_act & commands_wait;
  assign for_weights = ~for_act & ~for_results & wgt_ready & ~wgt_valid;
  assign for_c_in    = ~for_act & ~for_results & ~for_weights & psum_ready & ~psum_valid;
  assign count[0]    = busy;
  assign count[1]    = beat;
  assign count[2]    = waits & for_act;
  assign count[3]    = waits & for_weights;
  assign count[4]    = waits & for_c_in;
  assign count[5]    = waits & for_results;
  assign count[6]    = waits & ~(for_act | for_results | for_weights | for_c_in);
  assign count[7]    = mem_r_valid_i & mem_r_ready_o;
  assign count[8]    = mem_w_valid_o & mem_w_ready_i;

`ifndef SYNTHESIS
  sumac_axil_check u_check_ctl (
    .clk_i,
    .rst_ni,
    .aw_valid_i(ctl_aw_valid_i),
    .aw_ready_i(ctl_aw_ready_o),
    .aw_addr_i (ctl_aw_addr_i),
    .w_valid_i (ctl_w_valid_i),
    .w_ready_i (ctl_w_ready_o),
    .w_data_i  (ctl_w_data_i),
    .w_strb_i  (ctl_w_strb_i),
    .b_valid_i (ctl_b_valid_o),
    .b_ready_i (ctl_b_ready_i),
    .b_resp_i  (ctl_b_resp_o),
    .ar_valid_i(ctl_ar_valid_i),
    .ar_ready_i(ctl_ar_ready_o),
    .ar_addr_i (ctl_ar_addr_i),
    .r_valid_i (ctl_r_valid_o),
    .r_ready_i (ctl_r_ready_i),
    .r_data_i  (ctl_r_data_o),
    .r_resp_i  (ctl_r_resp_o)
  );
  sumac_axi_check #(
    .AddrW(AddrW + 2), .DataW(BusWords * 32), .Outstanding(Outstanding)
  ) u_check_mem (
    .clk_i,
    .rst_ni,
    .ar_valid_i(mem_ar_valid_o),
    .ar_ready_i(mem_ar_ready_i),
    .ar_addr_i (mem_ar_addr_o),
    .ar_len_i  (mem_ar_len_o),
    .ar_size_i (mem_ar_size_o),
    .ar_burst_i(mem_ar_burst_o),
    .r_valid_i (mem_r_valid_i),
    .r_ready_i (mem_r_ready_o),
    .r_data_i  (mem_r_data_i),
    .r_resp_i  (mem_r_resp_i),
    .r_last_i  (mem_r_last_i),
    .aw_valid_i(mem_aw_valid_o),
    .aw_ready_i(mem_aw_ready_i),
    .aw_addr_i (mem_aw_addr_o),
    .aw_len_i  (mem_aw_len_o),
    .aw_size_i (mem_aw_size_o),
    .aw_burst_i(mem_aw_burst_o),
    .w_valid_i (mem_w_valid_o),
    .w_ready_i (mem_w_ready_i),
    .w_data_i  (mem_w_data_o),
    .w_strb_i  (mem_w_strb_o),
    .w_last_i  (mem_w_last_o),
    .b_valid_i (mem_b_valid_i),
    .b_ready_i (mem_b_ready_o),
    .b_resp_i  (mem_b_resp_i)
  );

  // Whether the last descriptor has results: one without them is done while it is still in work.
  logic results_q;
  always_ff @(posedge clk_i or negedge clean_n) begin
    if (!clean_n) results_q <= 1'b1;
    else if (hand) results_q <= flags[4];
  end

  always @(posedge clk_i) begin
    // When every descriptor is done, nothing of it is left anywhere.
    if (!stop && !soft_reset_q && !busy && results_q) begin
      assert (core_idle && commands_idle && a_idle && b_idle && turner_idle && wgt_idle);
      assert (!res_valid && !psum_valid && !vector_valid && !residual_valid);
    end
  end
`endif

endmodule
