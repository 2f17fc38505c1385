// SPDX-License-Identifier: Apache-2.0
//
// One operand of the GEMMs that descriptors name: the window that it is loaded into, and its tiles
// out of it, in the order of sumac_tiles. Weights = 0: activations, once for each n-tile; 1:
// weights. Two GEMMs wait; the first of them is in work until its last run has been read, so that
// the load of a third finds the window free of the one before the last.
//
// desc_load_i: the GEMM waits for a load of its own, whose end loaded_i tells, in order. Views and
// tiles as sumac_feed has them: where desc_turn_i is clear, steps go along m (weights: k) and lanes
// along k (weights: n); where it is set the other way around, in blocks of Size of m, for
// sumac_turner.
//
// Beats are valid/ready, with out_last_o, the tile's desc_turn_i and its number of lanes.
//
// Example: activations of m 3, n 20, k 5 with Rows = Cols = 16: 3 beats of 5 lanes, twice.
module sumac_operand #(
  parameter int Weights  = 0,
  parameter int Rows     = 16,
  parameter int Cols     = 16,
  parameter int Size     = 16,     // lanes: a power of two, at least Rows and Cols
  parameter int Words    = 32768,  // of the window, a power of two
  parameter int BusWords = 4,
  parameter int Width    = 32,     // bits of a word
  localparam int AddrW   = $clog2(Words),
  localparam int BusW    = $clog2(BusWords) + 1,
  localparam int LaneW   = $clog2(Size + 1)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // GEMMs.
  input  logic                      desc_valid_i,
  output logic                      desc_ready_o,
  input  logic [15:0]               desc_m_i,
  input  logic [15:0]               desc_n_i,
  input  logic [15:0]               desc_k_i,
  input  logic                      desc_turn_i,
  input  logic                      desc_load_i,
  input  logic [18*32-1:0]          desc_view_i,
  // Loads.
  input  logic                      loaded_i,
  input  logic [BusW-1:0]           wr_count_i,
  input  logic [AddrW-1:0]          wr_addr_i,
  input  logic [BusWords*Width-1:0] wr_data_i,
  // Beats.
  output logic                      out_valid_o,
  input  logic                      out_ready_i,
  output logic [Size*Width-1:0]     out_data_o,
  output logic                      out_last_o,
  output logic                      out_turn_o,
  output logic [LaneW-1:0]          out_lanes_o,
  output logic                      idle_o       // no GEMM, and no beat waits
);

  `include "sumac_registers.svh"

  localparam int UnitW = 3;
  localparam int PosW  = AddrW + UnitW;
  localparam int DescW = 3 * 16 + 2 + 18 * 32;

  // ---- The GEMM in work ----
  logic              valid, done, turn, load;
  logic [15:0]       m, n, k;
  // Waived: a view's words have bits to spare.
  // verilator lint_off UNUSED
  logic [18*32-1:0]  view;
  // verilator lint_on UNUSED

  sumac_fifo #(.Width(DescW)) u_descriptors (
    .clk_i,
    .rst_ni,
    .in_valid_i (desc_valid_i),
    .in_ready_o (desc_ready_o),
    .in_data_i  ({desc_m_i, desc_n_i, desc_k_i, desc_turn_i, desc_load_i, desc_view_i}),
    .out_valid_o(valid),
    .out_ready_i(done),
    .out_data_o ({m, n, k, turn, load, view})
  );

  // Loads that have ended and belong to no GEMM in work yet: at most two.
  logic [1:0] loaded_q;
  logic       start, cmd_valid, cmd_ready, last;

  typedef enum logic [1:0] {Wait, Tiles, Drain} state_e;
  state_e state_q;

  assign start     = (state_q == Wait) & valid & (~load | (loaded_q != '0));
  assign cmd_valid = state_q == Tiles;
  assign done      = (state_q == Drain) & cmd_ready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q  <= Wait;
      loaded_q <= '0;
    end else begin
      loaded_q <= loaded_q + {1'b0, loaded_i} - {1'b0, start & load};
      unique case (state_q)
        Wait: if (start) state_q <= Tiles;
        Tiles: if (cmd_ready && last) state_q <= Drain;
        default: if (cmd_ready) state_q <= Wait;
      endcase
    end
  end

  // ---- Its tiles ----
  logic [15:0] m_size, n_size, k_size, steps;
  // Waived: at most Size.
  // verilator lint_off UNUSED
  logic [15:0] lanes;
  // verilator lint_on UNUSED
  logic        m_last, n_last;
  logic [1:0]  step_after, lane_after;

  // verilator lint_off PINCONNECTEMPTY
  sumac_tiles #(.Rows(Rows), .Cols(Cols), .Block(Size)) u_tiles (
    .clk_i, .rst_ni, .m_i(m), .n_i(n), .k_i(k), .blocks_i(turn & (Weights == 0)),
    .next_i(cmd_valid & cmd_ready),
    .m_size_o(m_size), .n_size_o(n_size), .k_size_o(k_size),
    .m_last_o(m_last), .n_first_o(), .n_last_o(n_last), .k_first_o(), .k_last_o(), .last_o(last));
  // verilator lint_on PINCONNECTEMPTY

  // After a tile: 0 past it, 1 back to its first element, 2 to the view's first.
  if (Weights == 1) begin : gen_weights
    // verilator lint_off UNUSED
    logic unused;
    assign unused = &{m_size, m_last};
    // verilator lint_on UNUSED
    assign steps      = turn ? n_size : k_size;
    assign lanes      = turn ? k_size : n_size;
    assign step_after = turn ? {n_last, 1'b0} : {1'b0, ~n_last};
    assign lane_after = turn ? {1'b0, ~n_last} : {n_last, 1'b0};
  end else begin : gen_activations
    // verilator lint_off UNUSED
    logic unused;
    assign unused = &n_size;
    // verilator lint_on UNUSED
    assign steps      = turn ? k_size : m_size;
    assign lanes      = turn ? m_size : k_size;
    assign step_after = turn ? {1'b0, ~(m_last & n_last)} : 2'd1;
    assign lane_after = turn ? {m_last, 1'b0} : {1'b0, ~n_last};
  end

  logic tag_turn;
  assign out_turn_o = tag_turn;

  sumac_feed #(
    .Words(Words), .Lanes(Size), .WriteLanes(BusWords), .Width(Width), .TagW(1 + LaneW)
  ) u_feed (
    .clk_i, .rst_ni,
    .wr_count_i, .wr_addr_i, .wr_data_i,
    .start_i      (start),
    .addr_start_i (view[ViewStart*32 +: PosW]),
    .y_start_i    (view[ViewY*32 +: 16]),
    .y_limit_i    (view[ViewY*32+16 +: 16]),
    .y_mask_i     (view[ViewMasks*32 +: UnitW]),
    .x_start_i    (view[ViewX*32 +: 16]),
    .x_limit_i    (view[ViewX*32+16 +: 16]),
    .x_mask_i     (view[ViewMasks*32+8 +: UnitW]),
    .step_extent_i(view[ViewStepExtent*32 +: 32]),
    .step_stride_i({view[(ViewStepStride+2)*32 +: PosW], view[(ViewStepStride+1)*32 +: PosW],
                    view[ViewStepStride*32 +: PosW]}),
    .step_y_i     ({view[(ViewStepShare+2)*32 +: 16], view[(ViewStepShare+1)*32 +: 16],
                    view[ViewStepShare*32 +: 16]}),
    .step_x_i     ({view[(ViewStepShare+2)*32+16 +: 16], view[(ViewStepShare+1)*32+16 +: 16],
                    view[ViewStepShare*32+16 +: 16]}),
    .lane_extent_i(view[ViewLaneExtent*32 +: 32]),
    .lane_stride_i({view[(ViewLaneStride+2)*32 +: PosW], view[(ViewLaneStride+1)*32 +: PosW],
                    view[ViewLaneStride*32 +: PosW]}),
    .lane_y_i     ({view[(ViewLaneShare+2)*32 +: 16], view[(ViewLaneShare+1)*32 +: 16],
                    view[ViewLaneShare*32 +: 16]}),
    .lane_x_i     ({view[(ViewLaneShare+2)*32+16 +: 16], view[(ViewLaneShare+1)*32+16 +: 16],
                    view[ViewLaneShare*32+16 +: 16]}),
    .lane_unit_i  (view[ViewMasks*32+16]),
    .cmd_valid_i  (cmd_valid),
    .cmd_ready_o  (cmd_ready),
    .cmd_steps_i  (steps),
    .cmd_lanes_i  (lanes[LaneW-1:0]),
    .cmd_step_after_i(step_after),
    .cmd_lane_after_i(lane_after),
    .cmd_tag_i    ({turn, lanes[LaneW-1:0]}),
    .out_valid_o,
    .out_ready_i,
    .out_data_o,
    .out_last_o,
    .out_tag_o    ({tag_turn, out_lanes_o})
  );

  assign idle_o = ~valid & ~out_valid_o;

endmodule
