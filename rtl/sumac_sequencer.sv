// SPDX-License-Identifier: Apache-2.0
//
// Executes commands beat by beat: decides in which cycle an activation row enters the array, and
// with which partial sum. Commands wait in a FIFO of two, so that tiles can follow each other
// without a bubble.
//
// A beat (beat_o) takes place in a cycle in which the array is enabled, an activation row is
// there, the tile's weights are in place (asked of its first beat), a row of the partial-sum
// stream is there (source 1), and the bank row that it reads or writes is not pending. Otherwise
// the cycle is a bubble. All beat outputs are of the same cycle.
//
// Example: command {rows 2, base 7, src 0, dst 0} makes two beats, the first with first_o, which
// name bank rows 7 and 8.
module sumac_sequencer #(
  parameter int PsumDepth = 256,  // rows of the partial-sum banks, a power of two
  localparam int RowW     = $clog2(PsumDepth)
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            en_i,
  input  logic            cmd_valid_i,
  output logic            cmd_ready_o,
  input  logic [RowW:0]   cmd_rows_i,
  input  logic [RowW-1:0] cmd_base_i,
  input  logic [1:0]      cmd_src_i,
  input  logic            cmd_dst_i,
  input  logic            act_valid_i,
  output logic            act_ready_o,
  input  logic            psum_valid_i,
  output logic            psum_ready_o,
  input  logic            weights_i,      // a tile's weights are in place
  input  logic            bank_busy_i,    // bank row row_o is pending
  output logic            idle_o,         // no command
  output logic            beat_o,
  output logic            first_o,        // the first beat of a tile: swap the weights
  output logic [RowW-1:0] row_o,          // bank row
  output logic            from_stream_o,  // the partial sum comes from the stream
  output logic            from_bank_o,    // ... or from the bank; else it is +0
  output logic            to_bank_o,      // the result goes to the bank
  output logic            to_result_o     // ... or to the result stream
);

  localparam logic [1:0] SrcStream = 2'd1;
  localparam logic [1:0] SrcBank   = 2'd2;

  // ---- The command in work is the FIFO's head ----
  logic            cmd_valid, cmd_done, cmd_dst;
  logic [RowW:0]   cmd_rows;
  logic [RowW-1:0] cmd_base;
  logic [1:0]      cmd_src;

  sumac_fifo #(
    .Width(2 * RowW + 4)
  ) u_commands (
    .clk_i,
    .rst_ni,
    .in_valid_i (cmd_valid_i),
    .in_ready_o (cmd_ready_o),
    .in_data_i  ({cmd_rows_i, cmd_base_i, cmd_src_i, cmd_dst_i}),
    .out_valid_o(cmd_valid),
    .out_ready_i(cmd_done),
    .out_data_o ({cmd_rows, cmd_base, cmd_src, cmd_dst})
  );

  assign idle_o = ~cmd_valid;

  // ---- The beat ----
  logic [RowW:0] done_q, done_d;  // beats of this command before this one, and with it
  logic          first, stream, bank, go;

  assign first  = done_q == '0;
  assign done_d = done_q + (RowW + 1)'(1);
  assign stream = cmd_src == SrcStream;
  assign bank   = cmd_src == SrcBank;
  assign row_o  = cmd_base + done_q[RowW-1:0];

  assign go = en_i & cmd_valid & (weights_i | ~first) & ~(bank_busy_i & (bank | ~cmd_dst));

  assign act_ready_o  = go & (psum_valid_i | ~stream);
  assign psum_ready_o = go & act_valid_i & stream;
  assign beat_o       = act_valid_i & act_ready_o;
  assign cmd_done     = beat_o & (done_d == cmd_rows);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) done_q <= '0;
    else if (cmd_done) done_q <= '0;
    else if (beat_o) done_q <= done_d;
  end

  assign first_o       = beat_o & first;
  assign from_stream_o = beat_o & stream;
  assign from_bank_o   = beat_o & bank;
  assign to_bank_o     = beat_o & ~cmd_dst;
  assign to_result_o   = beat_o & cmd_dst;

`ifndef SYNTHESIS
  // What a command may not ask for.
  always @(posedge clk_i) begin
    if (cmd_valid) begin
      assert (cmd_rows != '0);
      assert (cmd_rows <= (RowW + 1)'(PsumDepth));
      assert (cmd_src != 2'd3);
    end
  end
`endif

endmodule
