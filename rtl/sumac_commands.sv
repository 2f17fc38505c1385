// SPDX-License-Identifier: Apache-2.0
//
// The core's commands for the GEMMs that descriptors name: one a tile, in the order of sumac_tiles.
// Row m of n-tile j uses bank row base + j * M + m. The first k-tile starts from desc_src_i (as
// sumac_core has it), the others from the banks; the last one's sums go to the results where
// desc_result_i is set, and such a command is given only where there is room for its rows.
//
// bad_o: the GEMM in work has more rows times n-tiles than the banks; its command is not given.
//
// Example (Rows = Cols = 16): m 40, n 20, k 16, base 0, src 0, to the results: two commands of 40
// rows at bases 0 and 40, once 40 rows are free each.
module sumac_commands #(
  parameter int Rows        = 16,
  parameter int Cols        = 16,
  parameter int PsumDepth   = 512,
  parameter int ResultDepth = 1024,
  parameter int AddrW       = 30,
  localparam int RowW       = $clog2(PsumDepth),
  localparam int RoomW      = $clog2(ResultDepth) + 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             desc_valid_i,
  output logic             desc_ready_o,
  input  logic [15:0]      desc_m_i,  // at most PsumDepth
  input  logic [15:0]      desc_n_i,
  input  logic [15:0]      desc_k_i,
  input  logic [RowW-1:0]  desc_base_i,
  input  logic [1:0]       desc_src_i,
  input  logic             desc_result_i,
  input  logic [AddrW-1:0] desc_addr_i,    // its own, for reports
  input  logic [RoomW-1:0] room_i,   // free rows for results
  output logic [RoomW-1:0] take_o,   // rows that the command of this cycle takes
  output logic             cmd_valid_o,
  input  logic             cmd_ready_i,
  output logic [RowW:0]    cmd_rows_o,
  output logic [RowW-1:0]  cmd_base_o,
  output logic [1:0]       cmd_src_o,
  output logic             cmd_dst_o,
  output logic             wait_o,   // a command waits for room
  output logic             bad_o,
  output logic [AddrW-1:0] bad_addr_o,
  output logic             idle_o
);

  localparam logic [1:0] SrcBank = 2'd2;

  logic            valid, result, taken;
  logic [15:0]     m, n, k;
  logic [RowW-1:0] base;
  logic [1:0]      src;

  logic n_first, k_first, k_last, last;

  sumac_fifo #(.Width(3 * 16 + RowW + 3 + AddrW)) u_descriptors (
    .clk_i,
    .rst_ni,
    .in_valid_i (desc_valid_i),
    .in_ready_o (desc_ready_o),
    .in_data_i  ({desc_m_i, desc_n_i, desc_k_i, desc_base_i, desc_src_i, desc_result_i,
                  desc_addr_i}),
    .out_valid_o(valid),
    .out_ready_i(taken & last),
    .out_data_o ({m, n, k, base, src, result, bad_addr_o})
  );

  // verilator lint_off PINCONNECTEMPTY
  sumac_tiles #(.Rows(Rows), .Cols(Cols)) u_tiles (
    .clk_i, .rst_ni, .m_i(m), .n_i(n), .k_i(k), .blocks_i(1'b0), .next_i(taken),
    .m_size_o(), .n_size_o(), .k_size_o(), .m_last_o(),
    .n_first_o(n_first), .n_last_o(), .k_first_o(k_first), .k_last_o(k_last), .last_o(last));
  // verilator lint_on PINCONNECTEMPTY

  // Bank rows of the n-tiles before this one.
  logic [15:0] offset_q, offset, end_row;

  assign offset  = n_first ? '0 : offset_q;
  assign end_row = offset + m;
  always_ff @(posedge clk_i) if (taken) offset_q <= end_row;

  assign bad_o       = valid & (end_row > 16'(PsumDepth));
  assign cmd_dst_o   = result & k_last;
  assign wait_o      = valid & cmd_dst_o & (16'(room_i) < m);
  assign cmd_valid_o = valid & ~bad_o & ~wait_o;
  assign cmd_rows_o  = (RowW + 1)'(m);
  assign cmd_base_o  = base + RowW'(offset);
  assign cmd_src_o   = k_first ? src : SrcBank;
  assign taken       = cmd_valid_o & cmd_ready_i;
  assign take_o      = taken & cmd_dst_o ? RoomW'(m) : '0;
  assign idle_o      = ~valid;

endmodule
