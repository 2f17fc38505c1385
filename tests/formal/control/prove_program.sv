// SPDX-License-Identifier: Apache-2.0
//
// sumac_program: every descriptor that the driver gives is fetched once, in order, from its place in the
// ring, one at a time; is handed on once, whole, when it is well formed and AFTER is reached, or told as bad
// with its address; and all its requests are made, once each and in the order of the program: loads of B and
// of A row by row, C_in n-tile by n-tile, scales and shifts in turn, the residual; rows only where their FIFO
// has room, which is taken; nothing outside the window, nor anew under stop_i; nothing offered is taken back.
// And it moves: what can be asked for or handed on, is on offer within Moves cycles.
//
// Descriptors have a few bits that are free (module sparse).
module prove_program #(
  parameter int Cols      = 2,
  parameter int BusWords  = 16,
  parameter int PsumDepth = 2,
  parameter int Moves     = 6,
  localparam int AddrW    = 24,
  localparam int PlaceW   = 3,
  localparam int FreeW    = 64
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              stop_i,
  input logic [1:0]        ring_base_i,
  input logic [1:0]        ring_mask_i,
  input logic [4:0]        base_i,
  input logic [4:0]        limit_i,
  input logic              give_i,         // one more descriptor
  input logic [31:0]       done_i,
  input logic              req_ready_i,
  input logic [FreeW-1:0]  free_i,
  input logic              desc_words_valid_i,
  input logic              desc_ready_i,
  input logic [2:0]        rooms_i
);

  `include "sumac_registers.svh"
  `include "sumac_kinds.svh"

  logic [AddrW-1:0]       queue_base, base, limit, req_addr, desc_addr, error_addr;
  logic [15:0]            queue_mask, req_words;
  logic [31:0]            tail;
  logic                   req_valid, req_end, desc_valid, bad, outside;
  logic [2:0]             req_kind, takes;
  logic [PlaceW-1:0]      req_place;
  logic [BusWords*32-1:0] desc_words;
  logic                   desc_words_last;
  logic [64*32-1:0]       desc;

  // ---- What stays as it is after the first cycle; the ring is above the window's words ----
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      queue_base <= {{AddrW - 9{1'b0}}, 1'b1, ring_base_i, 6'd0};
      queue_mask <= 16'(ring_mask_i);
      base       <= AddrW'(base_i);
      limit      <= limit_i[4] ? AddrW'(limit_i[3:0]) : '1;
    end
  end

  start u_start (.clk_i, .rst_ni);
  sumac_program #(
    .Cols(Cols), .BusWords(BusWords), .PsumDepth(PsumDepth), .AddrW(AddrW), .PlaceW(PlaceW)
  ) u_dut (
    .clk_i, .rst_ni, .stop_i, .queue_base_i(queue_base), .queue_mask_i(queue_mask), .tail_i(tail), .done_i,
    .base_i(base), .limit_i(limit), .req_valid_o(req_valid), .req_ready_i, .req_addr_o(req_addr),
    .req_words_o(req_words), .req_kind_o(req_kind), .req_end_o(req_end), .req_place_o(req_place),
    .desc_words_valid_i, .desc_words_i(desc_words), .desc_words_last_i(desc_words_last),
    .desc_valid_o(desc_valid), .desc_ready_i, .desc_o(desc), .desc_addr_o(desc_addr),
    .c_in_room_i(rooms_i[0]), .c_in_take_o(takes[0]), .vector_room_i(rooms_i[1]), .vector_take_o(takes[1]),
    .residual_room_i(rooms_i[2]), .residual_take_o(takes[2]), .bad_o(bad), .outside_o(outside),
    .error_addr_o(error_addr));

  // ---- The ring: descriptors given, asked for, the one that comes and the one that is in work ----
  typedef enum logic [1:0] {None, Coming, Here} state_e;
  state_e state_q;
  logic [1:0]         more_q, beat_q;
  logic [31:0]        asked_q;
  logic [FreeW-1:0]   next_q, work_q;
  logic [64*32-1:0]   next, work;
  logic               taken, ask, hand;

  assign taken = req_valid & req_ready_i;
  assign ask   = taken & (req_kind == KindDescriptor);
  assign hand  = desc_valid & desc_ready_i;
  assign tail  = asked_q + 32'(more_q);
  always_comb begin
    if (give_i) assume (more_q != 2'd3);
    if (desc_words_valid_i) assume (state_q == Coming);
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {more_q, beat_q, asked_q} <= '0;
      state_q <= None;
    end else begin
      more_q  <= more_q + 2'(give_i) - 2'(ask);
      asked_q <= asked_q + 32'(ask);
      if (ask) state_q <= Coming;
      if (desc_words_valid_i) begin
        beat_q <= beat_q + 2'd1;
        if (desc_words_last) state_q <= Here;
      end
      if (hand) state_q <= None;
    end
  end
  always_ff @(posedge clk_i) begin
    if (ask) next_q <= free_i;
    if (hand) work_q <= next_q;
  end
  sparse #(.FreeW(FreeW)) u_next (.free_i(next_q), .words_o(next));
  sparse #(.FreeW(FreeW)) u_work (.free_i(work_q), .words_o(work));
  always_comb begin
    case (beat_q)
      2'd0:    desc_words = next[0 +: BusWords*32];
      2'd1:    desc_words = next[BusWords*32 +: BusWords*32];
      2'd2:    desc_words = next[2*BusWords*32 +: BusWords*32];
      default: desc_words = next[3*BusWords*32 +: BusWords*32];
    endcase
  end
  assign desc_words_last = beat_q == 2'd3;

  logic [AddrW-1:0] slot_addr, next_addr;
  assign slot_addr = queue_base + AddrW'({asked_q[15:0] & queue_mask, 6'd0});
  assign next_addr = queue_base + AddrW'({(asked_q[15:0] - 16'd1) & queue_mask, 6'd0});

  // ---- Whether the one that is here may be handed on ----
  logic [31:0] flags, m_word, n_word, k_word, behind;
  logic        good, reached;
  assign flags   = next[DescFlags*32 +: 32];
  assign m_word  = next[DescM*32 +: 32];
  assign n_word  = next[DescN*32 +: 32];
  assign k_word  = next[DescK*32 +: 32];
  assign behind  = done_i - next[DescAfter*32 +: 32];
  assign reached = ~behind[31];
  assign good    = flags[31:16] == Format && flags[3:2] != 2'd3 && m_word != 0 && m_word <= PsumDepth &&
                   n_word != 0 && n_word <= 32 * Cols && k_word != 0 && k_word < 65536;

  // ---- What has still to be asked for, of the one in work ----
  typedef enum logic [2:0] {LoadB, LoadA, CIn, Vector, Residual, Over} part_e;
  part_e part_q, part;
  logic [1:0]        row_q;
  logic [2:0]        tile_q;    // columns before the n-tile
  logic              col_q, second_q, fresh_q;
  logic              on_c_in, on_vector, on_residual;
  logic [1:0]        b_rows, a_rows, m;
  logic [2:0]        n, tile_cols;
  logic              row_last, tile_last, col_last, unit, load;

  assign on_c_in     = work[DescFlags*32+2 +: 2] == 2'd1;
  assign on_vector   = work[DescFlags*32+4] & work[DescFlags*32+5];
  assign on_residual = work[DescFlags*32+4] & work[DescFlags*32+6];
  assign b_rows      = work[(DescBLoad+2)*32 +: 2];
  assign a_rows      = work[(DescALoad+2)*32 +: 2];
  assign m           = work[DescM*32 +: 2];
  assign n           = work[DescN*32 +: 3];
  always_comb begin
    part = part_q;
    if (part == LoadB && b_rows == '0) part = LoadA;
    if (part == LoadA && a_rows == '0) part = CIn;
    if (part == CIn && !on_c_in) part = Vector;
    if (part == Vector && !on_vector) part = Residual;
    if (part == Residual && !on_residual) part = Over;
  end
  assign load        = part == LoadB || part == LoadA;
  assign tile_cols   = n - tile_q < 3'(Cols) ? n - tile_q : 3'(Cols);
  assign row_last    = row_q + 2'd1 == (part == LoadB ? b_rows : part == LoadA ? a_rows : m);
  assign tile_last   = n - tile_q <= 3'(Cols);
  assign col_last    = unit || 3'(col_q) + 3'd1 == tile_cols;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      part_q <= Over;
      {row_q, tile_q, col_q, second_q, fresh_q} <= '0;
    end else if (hand) begin
      part_q  <= LoadB;
      fresh_q <= 1'b1;
      {row_q, tile_q, col_q, second_q} <= '0;
    end else if (taken && !ask) begin
      fresh_q <= 1'b0;
      part_q  <= part;
      if (load) row_q <= row_last ? '0 : row_q + 2'd1;
      if (load && row_last) part_q <= part == LoadB ? LoadA : CIn;
      if (part == Vector) begin
        second_q <= ~second_q;
        if (second_q) tile_q <= tile_last ? '0 : tile_q + 3'(Cols);
        if (second_q && tile_last) part_q <= Residual;
      end
      if (part == CIn || part == Residual) begin
        col_q <= ~col_last;
        if (col_last) row_q <= row_last ? '0 : row_q + 2'd1;
        if (col_last && row_last) tile_q <= tile_last ? '0 : tile_q + 3'(Cols);
        if (col_last && row_last && tile_last) part_q <= part == CIn ? Vector : Over;
      end
    end
  end

  // ---- The request that is due, by its part ----
  logic [AddrW-1:0]  due_addr;
  logic [3:0]        row_stride, col_stride;  // what is not 0 of them
  logic [1:0]        load_words;
  logic [PlaceW-1:0] place;
  logic [15:0]       due_words;
  logic [2:0]        due_kind;
  logic              due_end;
  always_comb begin
    {row_stride, col_stride, load_words, place} = '0;
    case (part)
      LoadB: begin
        due_kind   = KindB;
        due_addr   = work[DescBLoad*32 +: AddrW];
        row_stride = work[(DescBLoad+1)*32 +: 4];
        load_words = work[(DescBLoad+3)*32 +: 2];
        place      = work[(DescBLoad+4)*32 +: PlaceW];
      end
      LoadA: begin
        due_kind   = KindA;
        due_addr   = work[DescALoad*32 +: AddrW];
        row_stride = work[(DescALoad+1)*32 +: 4];
        load_words = work[(DescALoad+3)*32 +: 2];
        place      = work[(DescALoad+4)*32 +: PlaceW];
      end
      CIn: begin
        due_kind   = KindCIn;
        due_addr   = work[DescCIn*32 +: AddrW];
        row_stride = work[(DescCIn+1)*32 +: 4];
        col_stride = work[(DescCIn+2)*32 +: 4];
      end
      Vector: begin
        due_kind   = KindVector;
        due_addr   = second_q ? work[DescShift*32 +: AddrW] : work[DescScale*32 +: AddrW];
        col_stride = 4'd1;
      end
      default: begin
        due_kind   = KindResidual;
        due_addr   = work[DescResidual*32 +: AddrW];
        row_stride = work[(DescResidual+1)*32 +: 4];
        col_stride = work[(DescResidual+2)*32 +: 4];
      end
    endcase
    due_words = load ? 16'(load_words) : part == Vector || unit ? 16'(tile_cols) : 16'd1;
    due_end   = load ? row_last : part == Vector || col_last;
    due_addr  = due_addr + AddrW'(row_q * 6'(row_stride)) + AddrW'((tile_q + 3'(col_q)) * 6'(col_stride));
    place     = place + PlaceW'(row_q) * PlaceW'(load_words);
  end
  assign unit = part == CIn ? work[(DescCIn+2)*32 +: 2] == 2'd1 : work[(DescResidual+2)*32 +: 2] == 2'd1;

  logic             offered_q, is_desc, may_ask;
  logic [AddrW-1:0] asks_addr;
  logic [AddrW:0]   end_addr;
  logic [2:0]       first;  // a request takes room, in the order of rooms_i
  assign is_desc   = req_kind == KindDescriptor;
  assign may_ask   = state_q == None && more_q != '0 && (fresh_q || part == Over);
  assign asks_addr = is_desc ? slot_addr : due_addr;
  assign end_addr  = {1'b0, asks_addr} + (AddrW + 1)'(is_desc ? 64 : 32'(due_words)) - (AddrW + 1)'(1);
  assign first     = {part == Residual && !col_q, part == Vector, part == CIn && !col_q};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) offered_q <= 1'b0;
    else offered_q <= req_valid & ~req_ready_i;
  end

  always_comb begin
    if (req_valid) begin
      assert (!stop_i || offered_q);  // a request anew under stop_i
      assert (!outside);  // a request outside the window
      assert (!is_desc || may_ask);  // a descriptor that was not given, or out of turn
      assert (!is_desc || (req_words == 16'd64 && req_end));  // not a descriptor's words
      assert (is_desc || (part != Over && req_kind == due_kind));  // not the part whose turn it is
      assert (is_desc || req_words == due_words);  // another number of words
      assert (is_desc || req_end == due_end);  // the end amiss
      assert (is_desc || (first & ~rooms_i) == '0);  // a row without room
    end
    assert (takes == (taken && !is_desc ? first : 3'd0));  // room is not taken for what comes
    if (req_valid) begin
      assert (req_addr == asks_addr);  // another address
      assert (is_desc || !load || req_place == place);  // another place
      assert (asks_addr >= base && end_addr <= {1'b0, limit});  // outside the window
    end
    if (outside) assert (asks_addr < base || end_addr > {1'b0, limit});  // told as outside that is inside
    if (outside && !bad) assert (error_addr == asks_addr);  // told with another address
    if (desc_valid) assert (desc == next);  // not the descriptor's words
    if (desc_valid) assert (desc_addr == next_addr);  // not its address
    if (bad) assert (error_addr == next_addr);  // told with another address
    if (desc_valid) assert (state_q == Here && good && reached && !stop_i && part == Over);  // handed on too early
    assert (bad == (state_q == Here && !good));  // a bad one is not told, or a good one is
  end
  sumac_stream_check #(.Width(AddrW + 20)) u_req (
    .clk_i, .rst_ni, .valid_i(req_valid), .ready_i(req_ready_i),
    .data_i({req_addr, req_words, req_kind, req_end}));

  // ---- It moves ----
  // Room stays until it is taken, and comes within two cycles.
  logic [2:0] room_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) room_q <= '0;
    else room_q <= rooms_i & ~takes;
  end
  always_comb assume ((room_q & ~rooms_i) == '0);
  for (genvar i = 0; i < 3; i++) begin : gen_room
    bound #(.Cycles(2), .Given(1)) u_fair (
      .clk_i, .rst_ni, .wait_i(~rooms_i[i]), .happens_i(1'b0), .hold_i(1'b0));
  end
  bound #(.Cycles(Moves)) u_moves (
    .clk_i, .rst_ni, .happens_i(req_valid | desc_valid), .hold_i(stop_i),
    .wait_i(~outside & (part != Over | (state_q == None & more_q != '0) | (state_q == Here & good & reached))));

endmodule

// A descriptor of a few free bits, for all that the control depends on.
module sparse #(
  parameter int FreeW = 64
) (
  input  logic [FreeW-1:0]  free_i,
  output logic [64*32-1:0]  words_o
);

  `include "sumac_registers.svh"
  `include "sumac_kinds.svh"

  always_comb begin
    words_o = '0;
    words_o[DescFlags*32 +: 7]      = {free_i[4:0], 2'd0};
    words_o[DescFlags*32+16 +: 16]  = Format ^ {15'd0, free_i[5]};
    words_o[DescM*32 +: 2]          = free_i[7:6];
    words_o[DescN*32 +: 3]          = free_i[10:8];
    words_o[DescN*32+7]             = free_i[11];
    words_o[DescK*32]               = free_i[12];
    words_o[DescK*32+16]            = free_i[13];
    words_o[DescAfter*32 +: 2]      = free_i[15:14];
    words_o[(DescALoad+2)*32 +: 2]  = free_i[17:16];
    words_o[(DescBLoad+2)*32 +: 2]  = free_i[19:18];
    words_o[(DescCIn+2)*32 +: 2]    = free_i[21:20];
    words_o[(DescResidual+2)*32 +: 2] = free_i[23:22];
    words_o[DescALoad*32 +: 3]        = free_i[26:24];
    words_o[(DescALoad+1)*32 +: 2]    = free_i[28:27];
    words_o[(DescALoad+3)*32 +: 2]    = {free_i[29], ~free_i[29]};  // 1 or 2 words
    words_o[(DescALoad+4)*32 +: 3]    = free_i[32:30];
    words_o[DescBLoad*32 +: 3]        = free_i[35:33];
    words_o[(DescBLoad+1)*32 +: 2]    = free_i[37:36];
    words_o[(DescBLoad+3)*32 +: 2]    = {free_i[38], ~free_i[38]};
    words_o[(DescBLoad+4)*32 +: 3]    = free_i[41:39];
    words_o[DescCIn*32 +: 3]          = free_i[44:42];
    words_o[(DescCIn+1)*32 +: 3]      = free_i[47:45];
    words_o[DescResidual*32 +: 3]     = free_i[50:48];
    words_o[(DescResidual+1)*32 +: 3] = free_i[53:51];
    words_o[DescScale*32 +: 3]        = free_i[56:54];
    words_o[DescShift*32 +: 3]        = free_i[59:57];
    // What others use: a bit of each word, one of four.
    for (int w = DescAView; w < 64; w++) words_o[w*32 + w%32] = free_i[60 + w%4];
  end

endmodule
