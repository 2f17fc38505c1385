// SPDX-License-Identifier: Apache-2.0
//
// Reads an operand out of a window as the array takes it: the tiles of sumac_walk, each step one
// beat of Lanes words, lane 0 first. Lanes past the tile's and elements that do not exist are +0.
//
// The view's addresses are those of the window. start_i and the tile commands are sumac_walk's; a
// tile's tag is given with its beats. The view is needed until the last run has been made, which is
// so when cmd_ready_o is high: start_i may come in the next cycle. A write is seen by runs of later
// cycles.
//
// Valid/ready at the output; a run of cycle t is in the beat that is valid in t + 3 at the
// earliest, one run a cycle: an operand of long runs gives a beat in every cycle. While the beats
// are not taken all stands still.
//
// Example (Lanes = 4): a 3 x 5 matrix at address 0, a tile of 3 steps and 4 lanes, then one of 3
// steps and 1 lane: beats of the words 0 to 3, 5 to 8, 10 to 13, then 4, 9, 14 with three +0 each.
module sumac_feed #(
  parameter int Words      = 32768,  // of the window, a power of two
  parameter int Lanes      = 16,     // a power of two, at least 2
  parameter int WriteLanes = 4,      // words a write, a power of two
  parameter int Width      = 32,     // bits of a word
  parameter int CoordW     = 16,     // as sumac_walk has them
  parameter int ExtW       = 16,
  parameter int UnitW      = 3,
  parameter int TagW       = 1,
  localparam int AddrW     = $clog2(Words),
  localparam int PosW      = AddrW + UnitW,
  localparam int LenW      = $clog2(Lanes + 1),
  localparam int CountW    = $clog2(WriteLanes + 1)
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  // Words into the window.
  input  logic [CountW-1:0]           wr_count_i,
  input  logic [AddrW-1:0]            wr_addr_i,
  input  logic [WriteLanes*Width-1:0] wr_data_i,
  // The view.
  input  logic                        start_i,
  input  logic [PosW-1:0]             addr_start_i,
  input  logic [CoordW-1:0]           y_start_i,
  input  logic [CoordW-1:0]           y_limit_i,
  input  logic [UnitW-1:0]            y_mask_i,
  input  logic [CoordW-1:0]           x_start_i,
  input  logic [CoordW-1:0]           x_limit_i,
  input  logic [UnitW-1:0]            x_mask_i,
  input  logic [2*ExtW-1:0]           step_extent_i,
  input  logic [3*PosW-1:0]           step_stride_i,
  input  logic [3*CoordW-1:0]         step_y_i,
  input  logic [3*CoordW-1:0]         step_x_i,
  input  logic [2*ExtW-1:0]           lane_extent_i,
  input  logic [3*PosW-1:0]           lane_stride_i,
  input  logic [3*CoordW-1:0]         lane_y_i,
  input  logic [3*CoordW-1:0]         lane_x_i,
  input  logic                        lane_unit_i,
  // Tiles.
  input  logic                        cmd_valid_i,
  output logic                        cmd_ready_o,
  input  logic [ExtW-1:0]             cmd_steps_i,
  input  logic [LenW-1:0]             cmd_lanes_i,
  input  logic [1:0]                  cmd_step_after_i,
  input  logic [1:0]                  cmd_lane_after_i,
  input  logic [TagW-1:0]             cmd_tag_i,
  // Beats.
  output logic                        out_valid_o,
  input  logic                        out_ready_i,
  output logic [Lanes*Width-1:0]      out_data_o,
  output logic                        out_last_o,  // of its tile
  output logic [TagW-1:0]             out_tag_o
);

  localparam int LaneW = $clog2(Lanes);
  localparam int Banks = Lanes > WriteLanes ? Lanes : WriteLanes;

  logic en;  // the pipeline moves; a function of a register alone

  // ---- Cycle t: the run ----
  logic             run_valid, run_exists, run_step_last, run_tile_last;
  logic [AddrW-1:0] run_addr;
  logic [LenW-1:0]  run_lane, run_len;

  sumac_walk #(
    .AddrW(AddrW), .CoordW(CoordW), .ExtW(ExtW), .UnitW(UnitW), .Lanes(Lanes)
  ) u_walk (
    .clk_i, .rst_ni, .start_i,
    .addr_start_i, .y_start_i, .y_limit_i, .y_mask_i, .x_start_i, .x_limit_i, .x_mask_i,
    .step_extent_i, .step_stride_i, .step_y_i, .step_x_i,
    .lane_extent_i, .lane_stride_i, .lane_y_i, .lane_x_i, .lane_unit_i,
    .cmd_valid_i, .cmd_ready_o, .cmd_steps_i, .cmd_lanes_i, .cmd_step_after_i, .cmd_lane_after_i,
    .run_valid_o    (run_valid),
    .run_ready_i    (en),
    .run_addr_o     (run_addr),
    .run_exists_o   (run_exists),
    .run_lane_o     (run_lane),
    .run_len_o      (run_len),
    .run_step_last_o(run_step_last),
    .run_tile_last_o(run_tile_last)
  );

  // The tag of the tile in work.
  logic [TagW-1:0] tag_q;

  always_ff @(posedge clk_i) if (cmd_valid_i && cmd_ready_o) tag_q <= cmd_tag_i;

  // Waived: where a write is wider than a beat, there are more banks than lanes.
  // verilator lint_off UNUSED
  logic [Banks*Width-1:0] words;
  // verilator lint_on UNUSED

  sumac_window #(
    .Words(Words), .Banks(Banks), .WriteLanes(WriteLanes), .Width(Width)
  ) u_window (
    .clk_i, .wr_count_i, .wr_addr_i, .wr_data_i,
    .rd_en_i(en & run_valid), .rd_addr_i(run_addr), .rd_data_o(words));

  // ---- Cycle t + 1: its words take their lanes ----
  logic            valid_q, exists_q, step_last_q, tile_last_q;
  logic [LenW-1:0] lane_q, end_q;
  logic [TagW-1:0] run_tag_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (en) valid_q <= run_valid;
  end

  always_ff @(posedge clk_i) begin
    if (en) begin
      exists_q    <= run_exists;
      lane_q      <= run_lane;
      end_q       <= run_lane + run_len;
      step_last_q <= run_step_last;
      tile_last_q <= run_tile_last;
      run_tag_q   <= tag_q;
    end
  end

  logic [Lanes*Width-1:0] placed, beat_d, beat_q;

  sumac_rotate #(.Lanes(Lanes), .Width(Width)) u_place (
    .by_i(LaneW'(0) - lane_q[LaneW-1:0]), .d_i(words[Lanes*Width-1:0]), .q_o(placed));

  // A step's first run clears the lanes that no run fills.
  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    logic in_run;
    assign in_run = (lane_q <= LenW'(i)) & (LenW'(i) < end_q);
    assign beat_d[i*Width +: Width] =
        in_run ? (exists_q ? placed[i*Width +: Width] : '0)
               : (lane_q == '0 ? '0 : beat_q[i*Width +: Width]);
  end

  // ---- Cycle t + 2: the beat, where the run was its last ----
  logic            beat_valid_q, beat_last_q;
  logic [TagW-1:0] beat_tag_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_valid_q <= 1'b0;
    else if (en) beat_valid_q <= valid_q & step_last_q;
  end

  always_ff @(posedge clk_i) begin
    if (en) {beat_last_q, beat_tag_q} <= {tile_last_q, run_tag_q};
    if (en && valid_q) beat_q <= beat_d;
  end

  sumac_fifo #(
    .Width(Lanes * Width + 1 + TagW)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .in_valid_i (beat_valid_q),
    .in_ready_o (en),
    .in_data_i  ({beat_last_q, beat_tag_q, beat_q}),
    .out_valid_o,
    .out_ready_i,
    .out_data_o ({out_last_o, out_tag_o, out_data_o})
  );

endmodule
