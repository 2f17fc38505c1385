// SPDX-License-Identifier: Apache-2.0
//
// sumac_commands: the commands of every descriptor's tiles, each once, k-tile by k-tile and in it n-tile by
// n-tile, with its rows, its place in the banks, its source and its destination; as many as the descriptor
// asks for, up to one that would leave the banks, which is told with the descriptor's address and stops
// them. No more room is taken than there is; nothing offered is taken back; and it moves: where results
// leave within two cycles each, a command is offered within Moves cycles.
module prove_commands #(
  parameter int Rows      = 2,
  parameter int Cols      = 3,
  parameter int PsumDepth = 4,
  parameter int SizeW     = 3,                  // bits of n and k that are not 0
  parameter int Moves     = 2 * PsumDepth + 1,  // rows that are in the way leave
  localparam int RowW     = $clog2(PsumDepth)
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             desc_valid_i,
  input logic [RowW:0]    desc_m_i,
  input logic [SizeW-1:0] desc_n_i,
  input logic [SizeW-1:0] desc_k_i,
  input logic [RowW-1:0]  desc_base_i,
  input logic [1:0]       desc_src_i,
  input logic             desc_result_i,
  input logic [1:0]       desc_addr_i,
  input logic             leave_i,
  input logic             cmd_ready_i
);

  logic            desc_ready, cmd_valid, cmd_dst, waits, bad, idle, cmd;
  logic [RowW:0]   room, take, cmd_rows;
  logic [RowW-1:0] cmd_base;
  logic [1:0]      cmd_src, bad_addr;

  start u_start (.clk_i, .rst_ni);
  sumac_commands #(
    .Rows(Rows), .Cols(Cols), .PsumDepth(PsumDepth), .ResultDepth(PsumDepth), .AddrW(2)
  ) u_dut (
    .clk_i, .rst_ni, .desc_valid_i, .desc_ready_o(desc_ready), .desc_m_i(16'(desc_m_i)),
    .desc_n_i(16'(desc_n_i)), .desc_k_i(16'(desc_k_i)), .desc_base_i, .desc_src_i, .desc_result_i, .desc_addr_i,
    .room_i(room), .take_o(take), .cmd_valid_o(cmd_valid), .cmd_ready_i, .cmd_rows_o(cmd_rows),
    .cmd_base_o(cmd_base), .cmd_src_o(cmd_src), .cmd_dst_o(cmd_dst), .wait_o(waits), .bad_o(bad),
    .bad_addr_o(bad_addr), .idle_o(idle));

  // ---- Room for results: it comes back row by row ----
  logic [RowW:0] held_q;
  assign room = (RowW + 1)'(PsumDepth) - held_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= '0;
    else held_q <= held_q + take - (RowW + 1)'(leave_i);
  end
  always_comb begin
    if (leave_i) assume (held_q != '0);
    assert (take <= room);  // more room is taken than there is
  end

  // ---- The descriptor in work, and its tile ----
  logic             head_valid, head_result, n_last, k_last, last, over;
  logic [RowW:0]    head_m;
  logic [SizeW-1:0] head_n, head_k, n_tile_q, k_tile_q;
  logic [RowW-1:0]  head_base;
  logic [1:0]       head_src, head_addr;
  logic [SizeW+RowW:0] end_row;

  always_comb begin
    if (desc_valid_i)
      assume (desc_m_i != '0 && 32'(desc_m_i) <= PsumDepth && desc_n_i != '0 && desc_k_i != '0 &&
              desc_src_i != 2'd3);
  end
  queue #(.Width(2 * RowW + 2 * SizeW + 6)) u_descriptors (
    .clk_i, .rst_ni, .put_i(desc_valid_i & desc_ready),
    .word_i({desc_m_i, desc_n_i, desc_k_i, desc_base_i, desc_src_i, desc_result_i, desc_addr_i}),
    .valid_o(head_valid), .get_i(cmd & last),
    .word_o({head_m, head_n, head_k, head_base, head_src, head_result, head_addr}));

  assign cmd     = cmd_valid & cmd_ready_i;
  assign n_last  = (32'(n_tile_q) + 1) * Cols >= 32'(head_n);
  assign k_last  = (32'(k_tile_q) + 1) * Rows >= 32'(head_k);
  assign last    = n_last & k_last;
  assign end_row = (SizeW + RowW + 1)'(n_tile_q + 1'b1) * (SizeW + RowW + 1)'(head_m);
  assign over    = 32'(end_row) > PsumDepth;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {n_tile_q, k_tile_q} <= '0;
    else if (cmd) begin
      n_tile_q <= n_last ? '0 : n_tile_q + 1'b1;
      if (n_last) k_tile_q <= k_last ? '0 : k_tile_q + 1'b1;
    end
  end

  always_comb begin
    assert (idle == ~head_valid);  // idle with a descriptor, or not without one
    assert (bad == (head_valid & over));  // a tile past the banks is not told, or one is that fits
    if (bad) assert (bad_addr == head_addr);  // another descriptor's address
    if (cmd_valid) begin
      assert (head_valid && !over);  // a command that no descriptor asks for
      assert (cmd_rows == head_m);  // not its rows
      assert (cmd_base == RowW'(head_base + RowW'(end_row - (SizeW + RowW + 1)'(head_m))));  // not its place in the banks
      assert (cmd_src == (k_tile_q == '0 ? head_src : 2'd2));  // not its first partial sums
      assert (cmd_dst == (head_result & k_last));  // not where its sums go
    end
    assert (take == (cmd & cmd_dst ? head_m : '0));  // room is not taken for what comes
    assert (waits == (head_valid & head_result & k_last & (room < head_m)));  // waits with room, or not without
  end
  sumac_stream_check #(.Width(2 * RowW + 4)) u_cmd (
    .clk_i, .rst_ni, .valid_i(cmd_valid), .ready_i(cmd_ready_i),
    .data_i({cmd_rows, cmd_base, cmd_src, cmd_dst}));

  // ---- It moves ----
  bound #(.Cycles(2), .Given(1)) u_fair (
    .clk_i, .rst_ni, .wait_i(held_q != '0), .happens_i(leave_i), .hold_i(1'b0));
  bound #(.Cycles(Moves)) u_moves (
    .clk_i, .rst_ni, .wait_i(head_valid & ~over), .happens_i(cmd_valid), .hold_i(1'b0));

endmodule
