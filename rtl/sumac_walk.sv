// SPDX-License-Identifier: Apache-2.0
//
// Where the elements of an operand lie: turns tiles of a view into runs of words. A tile is
// cmd_steps_i x cmd_lanes_i elements; its steps go along one index of the operand and its lanes
// along the other (activations as they enter the array: steps along m, lanes along k). For each
// step, in order, it gives the runs that fill the lanes, lane 0 first; a run is up to run_len_o
// words that follow each other in memory and exist or do not exist together.
//
// The address and the coordinates y and x of an element are sums over the digits of both indices
// and a start (docs/rtl.md, "Views"). It exists where 0 <= y < y_limit_i and y is a multiple of the
// dilation (y_mask_i = dilation - 1, a power of two), x likewise; elsewhere the operand is +0.
// Addresses carry UnitW fraction bits, so that a dilated coordinate's stride need not be divisible.
//
// Where lane_unit_i is set, neighbours in the lanes' digit 2 are neighbours in memory and share
// their coordinates: a run is as long as the digit and the tile allow. Otherwise it is one word.
//
// start_i goes to the view's first element (the view must be stable from then on; commands from
// the next cycle on). A tile ends by moving each index: cmd_*_after_i 0 past the tile, 1 back to
// its first element, 2 to the view's first. Streams are valid/ready; one run a cycle, the first in
// the cycle after its command. A command is also taken in the cycle of the last run before it, so
// that there is no bubble between steps nor between tiles; cmd_ready_o then depends on run_ready_i.
//
// Example: a 5 x 8 matrix with rows 8 words apart, lane_unit_i, steps 5, lanes 8: runs of 8 words
// at addresses 0, 8, 16, 24, 32, each the last of its step.
module sumac_walk #(
  parameter int AddrW  = 30,  // bits of a word address
  parameter int CoordW = 16,  // bits of a coordinate
  parameter int ExtW   = 16,  // bits of an extent and of a count of steps
  parameter int UnitW  = 3,   // fraction bits of an address: dilations up to 2^UnitW
  parameter int Lanes  = 16,  // most lanes of a tile
  localparam int LenW  = $clog2(Lanes + 1),
  localparam int PosW  = AddrW + UnitW
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                start_i,
  // The view.
  input  logic [PosW-1:0]     addr_start_i,
  input  logic [CoordW-1:0]   y_start_i,
  input  logic [CoordW-1:0]   y_limit_i,
  input  logic [UnitW-1:0]    y_mask_i,
  input  logic [CoordW-1:0]   x_start_i,
  input  logic [CoordW-1:0]   x_limit_i,
  input  logic [UnitW-1:0]    x_mask_i,
  input  logic [2*ExtW-1:0]   step_extent_i,
  input  logic [3*PosW-1:0]   step_stride_i,
  input  logic [3*CoordW-1:0] step_y_i,
  input  logic [3*CoordW-1:0] step_x_i,
  input  logic [2*ExtW-1:0]   lane_extent_i,
  input  logic [3*PosW-1:0]   lane_stride_i,
  input  logic [3*CoordW-1:0] lane_y_i,
  input  logic [3*CoordW-1:0] lane_x_i,
  input  logic                lane_unit_i,
  // Tiles.
  input  logic                cmd_valid_i,
  output logic                cmd_ready_o,
  input  logic [ExtW-1:0]     cmd_steps_i,  // at least 1
  input  logic [LenW-1:0]     cmd_lanes_i,  // 1 to Lanes
  input  logic [1:0]          cmd_step_after_i,
  input  logic [1:0]          cmd_lane_after_i,
  // Runs.
  output logic                run_valid_o,
  input  logic                run_ready_i,
  output logic [AddrW-1:0]    run_addr_o,
  output logic                run_exists_o,
  output logic [LenW-1:0]     run_lane_o,       // its first lane
  output logic [LenW-1:0]     run_len_o,
  output logic                run_step_last_o,  // the last run of its step
  output logic                run_tile_last_o   // ... and of its tile
);

  // ---- The tile in work ----
  logic            busy_q;
  logic [ExtW-1:0] steps_q;           // steps left, this one included
  logic [LenW-1:0] lanes_q, lane_q;   // lanes of the tile; lanes of this step done
  logic [1:0]      step_after_q, lane_after_q;
  logic            move, step_end, tile_end;

  logic            take;                // a command is taken

  assign move        = busy_q & run_ready_i;
  assign cmd_ready_o = ~start_i & (~busy_q | (move & tile_end));
  assign take        = cmd_valid_i & cmd_ready_o;
  assign step_end    = LenW'(lane_q + run_len_o) == lanes_q;
  assign tile_end    = step_end & (steps_q == ExtW'(1));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (start_i) busy_q <= 1'b0;
    else if (take) busy_q <= 1'b1;
    else if (move && tile_end) busy_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      steps_q      <= cmd_steps_i;
      lanes_q      <= cmd_lanes_i;
      lane_q       <= '0;
      step_after_q <= cmd_step_after_i;
      lane_after_q <= cmd_lane_after_i;
    end else if (move) begin
      steps_q <= steps_q - ExtW'(step_end);
      lane_q  <= step_end ? '0 : lane_q + run_len_o;
    end
  end

  // ---- The two places ----
  logic [PosW-1:0]   step_addr, lane_addr;
  logic [CoordW-1:0] step_y, step_x, lane_y, lane_x;
  logic [ExtW-1:0]   lane_left;
  // Waived: steps are made one by one, whatever their digit has left.
  // verilator lint_off UNUSED
  logic [ExtW-1:0]   step_left;
  // verilator lint_on UNUSED
  logic [1:0]        step_load, lane_load;

  assign step_load = start_i ? 2'd2 : move & tile_end ? step_after_q : 2'd0;
  assign lane_load = start_i ? 2'd2 : move & tile_end ? lane_after_q
                   : move & step_end ? 2'd1 : 2'd0;

  sumac_cursor #(
    .AddrW(PosW), .CoordW(CoordW), .ExtW(ExtW), .UnitW(UnitW), .LenW(1)
  ) u_step (
    .clk_i,
    .extent_i(step_extent_i),
    .stride_i(step_stride_i),
    .y_i     (step_y_i),
    .x_i     (step_x_i),
    .unit_i  (1'b0),
    .step_i  (move & step_end),
    .len_i   (1'b1),
    .load_i  (step_load),
    .save_i  (start_i | (move & tile_end)),
    .left_o  (step_left),
    .addr_o  (step_addr),
    .y_o     (step_y),
    .x_o     (step_x)
  );

  sumac_cursor #(
    .AddrW(PosW), .CoordW(CoordW), .ExtW(ExtW), .UnitW(UnitW), .LenW(LenW)
  ) u_lane (
    .clk_i,
    .extent_i(lane_extent_i),
    .stride_i(lane_stride_i),
    .y_i     (lane_y_i),
    .x_i     (lane_x_i),
    .unit_i  (lane_unit_i),
    .step_i  (move),
    .len_i   (run_len_o),
    .load_i  (lane_load),
    .save_i  (start_i | (move & tile_end)),
    .left_o  (lane_left),
    .addr_o  (lane_addr),
    .y_o     (lane_y),
    .x_o     (lane_x)
  );

  // ---- The run ----
  logic [LenW-1:0] lanes_left;
  logic [PosW-1:0] addr;
  logic            y_exists, x_exists;

  assign lanes_left = lanes_q - lane_q;
  assign run_len_o  = ~lane_unit_i ? LenW'(1)
                    : lane_left < ExtW'(lanes_left) ? lane_left[LenW-1:0] : lanes_left;

  sumac_bound #(.CoordW(CoordW), .MaskW(UnitW)) u_y (
    .a_i(step_y), .b_i(lane_y), .start_i(y_start_i), .limit_i(y_limit_i), .mask_i(y_mask_i),
    .exists_o(y_exists));
  sumac_bound #(.CoordW(CoordW), .MaskW(UnitW)) u_x (
    .a_i(step_x), .b_i(lane_x), .start_i(x_start_i), .limit_i(x_limit_i), .mask_i(x_mask_i),
    .exists_o(x_exists));

  assign addr            = addr_start_i + step_addr + lane_addr;
  assign run_valid_o     = busy_q;
  assign run_addr_o      = addr[UnitW +: AddrW];
  assign run_exists_o    = y_exists & x_exists;
  assign run_lane_o      = lane_q;
  assign run_step_last_o = step_end;
  assign run_tile_last_o = tile_end;

`ifndef SYNTHESIS
  sumac_stream_check #(.Width(ExtW + LenW + 4)) u_check_cmd (
    .clk_i, .rst_ni, .valid_i(cmd_valid_i & ~start_i), .ready_i(cmd_ready_o),
    .data_i({cmd_steps_i, cmd_lanes_i, cmd_step_after_i, cmd_lane_after_i}));
  sumac_stream_check #(.Width(AddrW + 2 * LenW + 3)) u_check_run (
    .clk_i, .rst_ni, .valid_i(run_valid_o & ~start_i), .ready_i(run_ready_i),
    .data_i({run_addr_o, run_exists_o, run_lane_o, run_len_o, run_step_last_o, run_tile_last_o}));
  always @(posedge clk_i) begin
    if (busy_q) begin
      assert (lanes_q != '0 && lanes_q <= LenW'(Lanes));
      assert (steps_q != '0);
      // An element that exists lies at a whole word.
      assert (!run_exists_o || addr[UnitW-1:0] == '0);
    end
  end
`endif

endmodule
