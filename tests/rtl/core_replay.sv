// SPDX-License-Identifier: Apache-2.0
//
// Replays the streams that rtl_vectors wrote into the working folder on a sumac_core, with stalls
// on every stream, and compares every result, unknown bits included. Prints PASS and the number
// of results, or what differs. For simulators with four states: a register that should have been
// reset shows here. With NETLIST defined the core is a netlist: it has no parameters.
module core_replay #(
  parameter int Rows      = 4,
  parameter int Cols      = 4,
  parameter int Mul       = 0,
  parameter int ManBits   = 23,
  parameter int Comp      = 0,
  parameter int AddDepth  = 1,
  parameter int PsumDepth = 32,
  parameter int Stall     = 0  // of 100 words of a stream, so many come or are taken late
);

  localparam int W    = 9 + ManBits;
  localparam int RowW = $clog2(PsumDepth);

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #1 clk = ~clk;

  logic               cmd_valid, cmd_ready, wgt_valid, wgt_ready, act_valid, act_ready;
  logic               psum_valid, psum_ready, res_valid, res_ready, idle;
  logic [RowW:0]      cmd_rows;
  logic [RowW-1:0]    cmd_base;
  logic [1:0]         cmd_src;
  logic               cmd_dst;
  logic [Cols*W-1:0]  wgt_data;
  logic [Rows*W-1:0]  act_data;
  logic [Cols*32-1:0] psum_data, res_data;

  sumac_core
`ifndef NETLIST
  #(
    .Rows     (Rows),
    .Cols     (Cols),
    .Mul      (Mul),
    .ManBits  (ManBits),
    .Comp     (Comp),
    .AddDepth (AddDepth),
    .PsumDepth(PsumDepth)
  )
`endif
  u_core (
    .clk_i       (clk),
    .rst_ni      (rst_n),
    .cmd_valid_i (cmd_valid),
    .cmd_ready_o (cmd_ready),
    .cmd_rows_i  (cmd_rows),
    .cmd_base_i  (cmd_base),
    .cmd_src_i   (cmd_src),
    .cmd_dst_i   (cmd_dst),
    .wgt_valid_i (wgt_valid),
    .wgt_ready_o (wgt_ready),
    .wgt_data_i  (wgt_data),
    .act_valid_i (act_valid),
    .act_ready_o (act_ready),
    .act_data_i  (act_data),
    .psum_valid_i(psum_valid),
    .psum_ready_o(psum_ready),
    .psum_data_i (psum_data),
    .res_valid_o (res_valid),
    .res_ready_i (res_ready),
    .res_data_o  (res_data),
    .idle_o      (idle)
  );

  // ---- Sources ----
  logic [3:0] ended;

  replay_source #(.Width(2 * RowW + 4), .File("cmd.hex"), .Stall(Stall)) u_cmd (
    .clk_i(clk), .rst_ni(rst_n), .valid_o(cmd_valid), .ready_i(cmd_ready),
    .data_o({cmd_rows, cmd_base, cmd_src, cmd_dst}), .ended_o(ended[0]));
  replay_source #(.Width(Cols * W), .File("wgt.hex"), .Stall(Stall)) u_wgt (
    .clk_i(clk), .rst_ni(rst_n), .valid_o(wgt_valid), .ready_i(wgt_ready), .data_o(wgt_data),
    .ended_o(ended[1]));
  replay_source #(.Width(Rows * W), .File("act.hex"), .Stall(Stall)) u_act (
    .clk_i(clk), .rst_ni(rst_n), .valid_o(act_valid), .ready_i(act_ready), .data_o(act_data),
    .ended_o(ended[2]));
  replay_source #(.Width(Cols * 32), .File("psum.hex"), .Stall(Stall)) u_psum (
    .clk_i(clk), .rst_ni(rst_n), .valid_o(psum_valid), .ready_i(psum_ready), .data_o(psum_data),
    .ended_o(ended[3]));

  // ---- Results, and the end ----
  integer             res_file;
  logic [Cols*32-1:0] expected;
  int                 results = 0, cycles = 0;

  initial begin
    res_file = $fopen("res.hex", "r");
    #5 rst_n = 1'b1;
  end

  always @(posedge clk) begin
    if (!rst_n) begin
      res_ready <= 1'b0;
    end else begin
      cycles    <= cycles + 1;
      res_ready <= $urandom_range(99) >= Stall;
      if (res_valid && res_ready) begin
        results <= results + 1;
        if ($fscanf(res_file, "%h", expected) != 1) begin
          $display("FAIL result %0d is one too many", results);
          $finish;
        end else if (res_data !== expected) begin
          $display("FAIL result %0d is %h, expected %h", results, res_data, expected);
          $finish;
        end
      end
      if (^{cmd_ready, wgt_ready, act_ready, res_valid, idle} === 1'bx) begin
        $display("FAIL a handshake is unknown in cycle %0d", cycles);
        $finish;
      end
      if (idle && ended == 4'b1111) begin
        if ($fscanf(res_file, "%h", expected) == 1) begin
          $display("FAIL idle after %0d results, which are too few", results);
        end else begin
          $display("PASS %0d results in %0d cycles", results, cycles);
        end
        $finish;
      end
      if (cycles == 100_000) begin
        $display("FAIL not idle after %0d cycles and %0d results", cycles, results);
        $finish;
      end
    end
  end

endmodule
