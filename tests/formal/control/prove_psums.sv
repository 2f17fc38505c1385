// SPDX-License-Identifier: Apache-2.0
//
// sumac_sequencer with sumac_psums: what a beat finds in its bank row is what the last beat before it
// that goes there has made, and no beat waits for more than Latency + 2 enabled cycles where all is
// there. The array is a delay: each beat's sums are words that are made up with the beat.
//
// Besides: every command is carried out beat by beat, in order, its rows one after the other.
module prove_psums #(
  parameter int Latency   = 2,
  parameter int Cols      = 2,
  parameter int PsumDepth = 2,
  localparam int RowW     = $clog2(PsumDepth)
) (
  input logic            clk_i,
  input logic            rst_ni,
  input logic            en_i,
  input logic            cmd_valid_i,
  input logic [RowW:0]   cmd_rows_i,
  input logic [RowW-1:0] cmd_base_i,
  input logic [1:0]      cmd_src_i,
  input logic            cmd_dst_i,
  input logic            act_valid_i,
  input logic            psum_valid_i,
  input logic [Cols-1:0] psum_bits_i,
  input logic            weights_i,
  input logic [Cols-1:0] sums_i         // of the beat of this cycle
);

  logic            cmd_ready, act_ready, psum_ready, busy, idle, beat, first;
  logic [RowW-1:0] row;
  logic            from_stream, from_bank, to_bank, to_result, result, any;
  logic [Cols*32-1:0] psum_data, top, sum;

  start u_start (.clk_i, .rst_ni);
  sumac_sequencer #(.PsumDepth(PsumDepth)) u_sequencer (
    .clk_i, .rst_ni, .en_i, .cmd_valid_i, .cmd_ready_o(cmd_ready), .cmd_rows_i, .cmd_base_i, .cmd_src_i,
    .cmd_dst_i, .act_valid_i, .act_ready_o(act_ready), .psum_valid_i, .psum_ready_o(psum_ready),
    .weights_i, .bank_busy_i(busy), .idle_o(idle), .beat_o(beat), .first_o(first), .row_o(row),
    .from_stream_o(from_stream), .from_bank_o(from_bank), .to_bank_o(to_bank), .to_result_o(to_result));
  sumac_psums #(.Latency(Latency), .Cols(Cols), .PsumDepth(PsumDepth)) u_psums (
    .clk_i, .rst_ni, .en_i, .row_i(row), .from_stream_i(from_stream), .from_bank_i(from_bank),
    .to_bank_i(to_bank), .to_result_i(to_result), .bank_busy_o(busy), .psum_data_i(psum_data),
    .top_o(top), .sum_i(sum), .result_o(result), .any_o(any));

  // ---- Commands that are legal; the one in work ----
  logic            head_valid, head_dst, head_taken;
  logic [RowW:0]   head_rows, done_q;
  logic [RowW-1:0] head_base;
  logic [1:0]      head_src;

  always_comb if (cmd_valid_i) assume (cmd_rows_i != '0 && 32'(cmd_rows_i) <= PsumDepth && cmd_src_i != 2'd3);

  queue #(.Width(2 * RowW + 4), .Depth(2)) u_commands (
    .clk_i, .rst_ni, .put_i(cmd_valid_i & cmd_ready),
    .word_i({cmd_rows_i, cmd_base_i, cmd_src_i, cmd_dst_i}),
    .valid_o(head_valid), .get_i(head_taken), .word_o({head_rows, head_base, head_src, head_dst}));
  assign head_taken = beat & (done_q + (RowW + 1)'(1) == head_rows);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) done_q <= '0;
    else if (beat) done_q <= head_taken ? '0 : done_q + (RowW + 1)'(1);
  end

  logic [RowW-1:0] here;
  assign here = head_base + done_q[RowW-1:0];
  always_comb begin
    assert (beat == (act_valid_i & act_ready));  // a row is taken without a beat, or not taken with one
    assert ((psum_valid_i & psum_ready) == (beat & (head_src == 2'd1)));  // the stream is taken, or not, amiss
    assert (idle == ~head_valid);
    if (beat) begin
      assert (head_valid && en_i);  // a beat of no command, or while all stands
      assert (row == here);  // not the row that is due
      assert (from_stream == (head_src == 2'd1) && from_bank == (head_src == 2'd2));
      assert (to_result == head_dst && to_bank == ~head_dst);
      assert (first == (done_q == '0) && (weights_i || !first));  // a tile begins without weights
    end
  end

  // ---- The array: sums leave column c Latency + 3 + c enabled edges after the beat ----
  for (genvar c = 0; c < Cols; c++) begin : gen_col
    logic [Latency+2+c:0] line_q;
    assign sum[32*c +: 32] = {31'd0, line_q[Latency+2+c]};
    assign psum_data[32*c +: 32] = {31'd0, psum_bits_i[c]};
    always_ff @(posedge clk_i) if (en_i) line_q <= {line_q[Latency+1+c:0], sums_i[c]};
  end

  // ---- The banks as commands see them, one after the other ----
  logic [Cols-1:0]      bank_q[PsumDepth];
  logic [PsumDepth-1:0] written_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) written_q <= '0;
    else if (beat && !head_dst) written_q[here] <= 1'b1;
  end
  always_ff @(posedge clk_i) if (beat && !head_dst) bank_q[here] <= sums_i;

  // ---- Each beat's partial sums at the tops ----
  logic [Cols-1:0] due;
  logic            known;
  assign due   = head_src == 2'd1 ? psum_bits_i : head_src == 2'd2 ? bank_q[here] : '0;
  assign known = beat & (head_src != 2'd2 | written_q[here]);

  for (genvar c = 0; c < Cols; c++) begin : gen_top
    logic [2+c:0] due_q, known_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) known_q <= '0;
      else if (en_i) known_q <= {known_q[1+c:0], known};
    end
    always_ff @(posedge clk_i) if (en_i) due_q <= {due_q[1+c:0], due[c]};
    always_comb if (known_q[2+c]) assert (top[32*c] == due_q[2+c]);  // another partial sum than the last one made
  end

  // ---- Its way out ----
  logic [Latency+1+Cols:0] result_q, any_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      result_q <= '0;
      any_q    <= '0;
    end else if (en_i) begin
      result_q <= {result_q[Latency+Cols:0], beat & head_dst};
      any_q    <= {any_q[Latency+Cols:0], beat};
    end
  end
  always_comb begin
    assert (result == result_q[Latency+1+Cols]);  // a result where none is, or none where one is
    assert (any == any_q[Latency+1+Cols]);
  end

  // ---- It moves ----
  bound #(.Cycles(Latency + 2)) u_moves (
    .clk_i, .rst_ni, .happens_i(beat), .hold_i(~en_i),
    .wait_i(head_valid & act_valid_i & psum_valid_i & (weights_i | done_q != '0)));

endmodule
