// SPDX-License-Identifier: Apache-2.0
//
// Fetches descriptors from the queue, hands each to the units that carry it out, and asks the
// reader, strictly in order, for all that it needs: the next descriptor; the loads of B and of A;
// the rows of C_in; for each n-tile scales and shifts; the rows of the residual.
//
// A descriptor is handed on (desc_valid_o for one cycle, with desc_ready_i) when all units have room
// for it and AFTER is reached; that the windows have room follows (sumac_operand). Rows ask their
// FIFO for room first; only earlier descriptors can hold it, so this does not lock up.
//
// Requests carry a kind, req_end_o (the last of a load, or of a row) and a place in a window. The
// reader's words of kind Descriptor come back at desc_words_*. Nothing is asked for, and no
// descriptor is handed on, while stop_i is high. A descriptor that is malformed, and a request that
// leaves [base_i, limit_i], is reported by bad_o or outside_o with error_addr_o, and waits.
//
// Example: tail_i going from 0 to 1 makes a request for 64 words at queue_base_i.
module sumac_program #(
  parameter int Cols      = 16,
  parameter int BusWords  = 4,
  parameter int PsumDepth = 512,
  parameter int AddrW     = 30,
  parameter int PlaceW    = 15   // bits of a place in a window
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   stop_i,
  input  logic [AddrW-1:0]       queue_base_i,
  input  logic [15:0]            queue_mask_i,
  input  logic [31:0]            tail_i,  // descriptors given
  input  logic [31:0]            done_i,  // descriptors done
  input  logic [AddrW-1:0]       base_i,
  input  logic [AddrW-1:0]       limit_i,
  // Requests.
  output logic                   req_valid_o,
  input  logic                   req_ready_i,
  output logic [AddrW-1:0]       req_addr_o,
  output logic [15:0]            req_words_o,
  output logic [2:0]             req_kind_o,
  output logic                   req_end_o,
  output logic [PlaceW-1:0]      req_place_o,
  // Words of descriptors.
  input  logic                   desc_words_valid_i,
  input  logic [BusWords*32-1:0] desc_words_i,
  input  logic                   desc_words_last_i,
  // Descriptors.
  output logic                   desc_valid_o,
  input  logic                   desc_ready_i,
  output logic [64*32-1:0]       desc_o,
  output logic [AddrW-1:0]       desc_addr_o,  // its own
  // Room for rows.
  input  logic                   c_in_room_i,
  output logic                   c_in_take_o,
  input  logic                   vector_room_i,
  output logic                   vector_take_o,
  input  logic                   residual_room_i,
  output logic                   residual_take_o,
  output logic                   bad_o,
  output logic                   outside_o,
  output logic [AddrW-1:0]       error_addr_o
);

  `include "sumac_registers.svh"
  `include "sumac_kinds.svh"

  localparam int Held     = DescAfter;  // words that the loads need
  localparam int MaxTiles = 32;         // n-tiles: the vectors of a descriptor have room at once

  // ---- The descriptor that is coming, or waits to be handed on ----
  logic [64*32-1:0]         desc_q;
  logic [6-$clog2(BusWords)-1:0] beat_q;  // beats of it that have come
  logic                     full_q, coming_q;
  logic [31:0]              asked_q;      // descriptors asked for
  logic [AddrW-1:0]         desc_addr;
  logic [15:0]              slot, last_slot;  // of the ring: of the next one, of the last asked for
  logic                     want, hand, ask_desc;

  assign desc_o      = desc_q;
  assign want        = ~full_q & ~coming_q & (asked_q != tail_i);
  assign slot        = asked_q[15:0] & queue_mask_i;
  assign last_slot   = (asked_q[15:0] - 16'd1) & queue_mask_i;
  assign desc_addr   = queue_base_i + {{AddrW - 22{1'b0}}, slot, 6'd0};
  assign desc_addr_o = queue_base_i + {{AddrW - 22{1'b0}}, last_slot, 6'd0};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      full_q   <= 1'b0;
      coming_q <= 1'b0;
      asked_q  <= '0;
      beat_q   <= '0;
    end else begin
      if (ask_desc) begin
        coming_q <= 1'b1;
        asked_q  <= asked_q + 32'd1;
      end
      if (desc_words_valid_i) beat_q <= beat_q + 1'b1;
      if (desc_words_valid_i && desc_words_last_i) begin
        coming_q <= 1'b0;
        full_q   <= 1'b1;
      end
      if (hand) full_q <= 1'b0;
    end
  end

  for (genvar b = 0; b < 64 / BusWords; b++) begin : gen_words
    always_ff @(posedge clk_i) begin
      if (desc_words_valid_i && 32'(beat_q) == b) begin
        desc_q[b*BusWords*32 +: BusWords*32] <= desc_words_i;
      end
    end
  end

  // ---- Whether it may be handed on ----
  // Waived: bits that others use, or nobody.
  // verilator lint_off UNUSED
  logic [31:0] flags, behind;
  // verilator lint_on UNUSED
  logic [31:0] m_word, n_word, k_word;
  logic        good, reached;

  assign flags   = desc_q[DescFlags*32 +: 32];
  assign m_word  = desc_q[DescM*32 +: 32];
  assign n_word  = desc_q[DescN*32 +: 32];
  assign k_word  = desc_q[DescK*32 +: 32];
  assign good    = (flags[31:16] == Format) & (flags[3:2] != 2'd3) &
                   (m_word != '0) & (m_word <= PsumDepth) &
                   (n_word != '0) & (n_word <= MaxTiles * Cols) & (k_word != '0) & (k_word[31:16] == '0);
  assign behind  = done_i - desc_q[DescAfter*32 +: 32];
  assign reached = ~behind[31];

  // ---- The requests of the one that was handed on last ----
  typedef enum logic [2:0] {Idle, First, LoadB, LoadA, RowsCIn, Vectors, RowsResidual} state_e;
  state_e state_q, state_d;

  // Waived: of some words not all bits are used.
  // verilator lint_off UNUSED
  logic [Held*32-1:0] held_q;
  // verilator lint_on UNUSED

  assign hand         = (state_q == Idle) & full_q & good & reached & desc_ready_i & ~stop_i;
  assign desc_valid_o = (state_q == Idle) & full_q & good & reached & ~stop_i;
  always_ff @(posedge clk_i) if (hand) held_q <= desc_q[Held*32-1:0];

  logic [15:0] m, n;
  logic        c_in_on, vectors_on, residual_on, result_on;
  assign m           = held_q[DescM*32 +: 16];
  assign n           = held_q[DescN*32 +: 16];
  assign c_in_on     = held_q[DescFlags*32+2 +: 2] == 2'd1;
  assign result_on   = held_q[DescFlags*32+4];
  assign vectors_on  = held_q[DescFlags*32+5] & result_on;
  assign residual_on = held_q[DescFlags*32+6] & result_on;

  // What a loop runs over: the rows of a load, or of a matrix by n-tiles.
  logic [AddrW-1:0]  addr_q, row_q, tile_q;   // next word; its row; row 0 of the next n-tile
  logic [15:0]       rows_q, cols_q, left_q;  // rows, words of the row, columns still to come
  logic [PlaceW-1:0] place_q;
  logic              second_q;                // the shifts of an n-tile, after its scales
  logic [AddrW-1:0]  row_stride, col_stride, after_addr;
  logic [15:0]       tile_cols, load_words, matrix_words;
  logic              unit, row_first, row_end, top_row;
  logic              room, asking, allowed, taken;

  assign row_stride = state_q == LoadB   ? held_q[(DescBLoad+1)*32 +: AddrW]
                    : state_q == LoadA   ? held_q[(DescALoad+1)*32 +: AddrW]
                    : state_q == RowsCIn ? held_q[(DescCIn+1)*32 +: AddrW]
                                         : held_q[(DescResidual+1)*32 +: AddrW];
  assign col_stride = state_q == RowsCIn ? held_q[(DescCIn+2)*32 +: AddrW]
                                         : held_q[(DescResidual+2)*32 +: AddrW];
  assign load_words = state_q == LoadB ? held_q[(DescBLoad+3)*32 +: 16]
                                       : held_q[(DescALoad+3)*32 +: 16];

  assign tile_cols    = left_q < 16'(Cols) ? left_q : 16'(Cols);
  assign unit         = col_stride == AddrW'(1);
  assign matrix_words = unit ? tile_cols : 16'd1;
  assign row_first    = cols_q == tile_cols;
  assign row_end      = unit | (cols_q == 16'd1);
  assign after_addr   = addr_q + (unit ? AddrW'(tile_cols) : col_stride);
  assign top_row      = rows_q == m;

  assign room = state_q == RowsCIn      ? c_in_room_i     | ~row_first
              : state_q == Vectors      ? vector_room_i
              : state_q == RowsResidual ? residual_room_i | ~row_first : 1'b1;

  always_comb begin
    asking      = 1'b0;
    req_kind_o  = KindDescriptor;
    req_addr_o  = addr_q;
    req_words_o = load_words;
    req_end_o   = rows_q == 16'd1;
    unique case (state_q)
      Idle, First: begin
        asking      = want;
        req_addr_o  = desc_addr;
        req_words_o = 16'd64;
        req_end_o   = 1'b1;
      end
      LoadB: begin
        asking     = rows_q != '0;
        req_kind_o = KindB;
      end
      LoadA: begin
        asking     = rows_q != '0;
        req_kind_o = KindA;
      end
      RowsCIn: begin
        asking      = 1'b1;
        req_kind_o  = KindCIn;
        req_words_o = matrix_words;
        req_end_o   = row_end;
      end
      Vectors: begin
        asking      = 1'b1;
        req_kind_o  = KindVector;
        req_words_o = tile_cols;
        req_end_o   = 1'b1;
      end
      default: begin
        asking      = 1'b1;
        req_kind_o  = KindResidual;
        req_words_o = matrix_words;
        req_end_o   = row_end;
      end
    endcase
  end

  assign req_place_o = place_q;
  // A request once on offer stays: stop_i of the same cycle does not take it back.
  logic [AddrW:0] end_addr;
  logic           offered_q;
  assign end_addr    = {1'b0, req_addr_o} + (AddrW + 1)'(req_words_o) - (AddrW + 1)'(1);
  assign allowed      = (req_addr_o >= base_i) & (end_addr <= {1'b0, limit_i});
  assign req_valid_o = asking & room & allowed & (~stop_i | offered_q);
  assign taken       = req_valid_o & req_ready_i;
  assign ask_desc    = taken & (req_kind_o == KindDescriptor);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) offered_q <= 1'b0;
    else offered_q <= req_valid_o & ~req_ready_i;
  end

  assign bad_o        = full_q & ~good;
  assign outside_o    = asking & ~allowed;
  assign error_addr_o = bad_o ? desc_addr_o : req_addr_o;

  assign c_in_take_o     = taken & (state_q == RowsCIn) & row_first;
  assign vector_take_o   = taken & (state_q == Vectors);
  assign residual_take_o = taken & (state_q == RowsResidual) & row_first;

  // ---- The loops ----
  logic over;  // this state's last request is taken, or it has none

  always_comb begin
    unique case (state_q)
      Idle:         over = hand;
      First:        over = ~want | taken;
      LoadB, LoadA: over = rows_q == '0 || (taken && rows_q == 16'd1);
      RowsCIn:      over = taken & row_end & (rows_q == 16'd1) & (left_q <= 16'(Cols));
      Vectors:      over = taken & second_q & (left_q <= 16'(Cols));
      default:      over = taken & row_end & (rows_q == 16'd1) & (left_q <= 16'(Cols));
    endcase
    state_d = state_q;
    if (over) begin
      if (state_q == Idle) state_d = First;
      else if (state_q == First) state_d = LoadB;
      else if (state_q == LoadB) state_d = LoadA;
      else if (state_q == LoadA && c_in_on) state_d = RowsCIn;
      else if (vectors_on && (state_q == LoadA || state_q == RowsCIn)) state_d = Vectors;
      else if (residual_on && state_q != RowsResidual) state_d = RowsResidual;
      else state_d = Idle;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= Idle;
    else state_q <= state_d;
  end

  logic [15:0] next_left;
  assign next_left = left_q - 16'(Cols);

  always_ff @(posedge clk_i) begin
    if (over) begin
      rows_q   <= m;
      left_q   <= n;
      cols_q   <= n < 16'(Cols) ? n : 16'(Cols);
      second_q <= 1'b0;
      unique case (state_d)
        LoadB: begin
          addr_q  <= held_q[DescBLoad*32 +: AddrW];
          rows_q  <= held_q[(DescBLoad+2)*32 +: 16];
          place_q <= held_q[(DescBLoad+4)*32 +: PlaceW];
        end
        LoadA: begin
          addr_q  <= held_q[DescALoad*32 +: AddrW];
          rows_q  <= held_q[(DescALoad+2)*32 +: 16];
          place_q <= held_q[(DescALoad+4)*32 +: PlaceW];
        end
        RowsCIn: begin
          addr_q <= held_q[DescCIn*32 +: AddrW];
          row_q  <= held_q[DescCIn*32 +: AddrW];
        end
        Vectors: begin
          addr_q <= held_q[DescScale*32 +: AddrW];
          row_q  <= held_q[DescShift*32 +: AddrW];
        end
        default: begin
          addr_q <= held_q[DescResidual*32 +: AddrW];
          row_q  <= held_q[DescResidual*32 +: AddrW];
        end
      endcase
    end else if (taken) begin
      unique case (state_q)
        LoadB, LoadA: begin
          addr_q  <= addr_q + row_stride;
          rows_q  <= rows_q - 16'd1;
          place_q <= place_q + PlaceW'(load_words);
        end
        Vectors: begin
          // Scales and shifts take turns: addr_q is the one's address, row_q the other's.
          second_q <= ~second_q;
          addr_q   <= row_q;
          row_q    <= addr_q + AddrW'(Cols);
          if (second_q) left_q <= next_left;
        end
        RowsCIn, RowsResidual: begin
          if (!row_end) begin
            addr_q <= addr_q + col_stride;
            cols_q <= cols_q - 16'd1;
          end else if (rows_q != 16'd1) begin
            addr_q <= row_q + row_stride;
            row_q  <= row_q + row_stride;
            rows_q <= rows_q - 16'd1;
            cols_q <= tile_cols;
          end else begin
            addr_q <= top_row ? after_addr : tile_q;
            row_q  <= top_row ? after_addr : tile_q;
            rows_q <= m;
            left_q <= next_left;
            cols_q <= next_left < 16'(Cols) ? next_left : 16'(Cols);
          end
          if (row_end && top_row) tile_q <= after_addr;
        end
        default: ;
      endcase
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    // Words of a descriptor come only where one was asked for.
    assert (!desc_words_valid_i || coming_q);
  end
`endif

endmodule
