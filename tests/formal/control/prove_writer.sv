// SPDX-License-Identifier: Apache-2.0
//
// sumac_writer, whatever GEMMs, rows, stalls and answers: every word of every C is written once, at its
// address with its strobe, in the order of the rows of each n-tile, and is its result with its own scale,
// shift and residual; bursts are as long as rows, lines and the column stride let them be, and stay within
// the window; none starts under stop_i; a GEMM is done when all of its bursts are answered, none with an
// error; an error is told with the address of its burst; idle and quiet are so.
//
// Two lists of what is to come are kept, of bursts and of beats of words. Words are three bits that count, the
// arithmetic is abstract. A line is of four words here. Data = 1: words, of rows that follow each other in
// memory; 0: addresses and strobes, of any strides; with Window = 1 in any window, else in all of memory.
module prove_writer #(
  parameter int Data        = 1,
  parameter int Window      = 0,
  parameter int Cols        = 3,
  parameter int Size        = 4,
  parameter int BusWords    = 2,
  parameter int AddrW       = 4,
  parameter int Outstanding = 2,
  localparam int PageW      = 2,
  localparam int LaneW      = $clog2(BusWords)
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               stop_i,
  input logic [AddrW-1:0]   base_i,
  input logic [AddrW-1:0]   limit_i,
  input logic [8*Size-1:0]  acc_table_i,
  input logic [8*Size-1:0]  vector_table_i,
  input logic [8*Size-1:0]  residual_table_i,
  input logic               desc_valid_i,
  input logic [1:0]         desc_m_i,
  input logic [2:0]         desc_n_i,
  input logic [3:0]         desc_flags_i,  // result, scale, residual, ReLU
  input logic [AddrW-1:0]   desc_addr_i,
  input logic [AddrW-1:0]   desc_row_stride_i,
  input logic [AddrW-1:0]   desc_col_stride_i,
  input logic               res_valid_i,
  input logic               vector_valid_i,
  input logic               residual_valid_i,
  input logic               aw_ready_i,
  input logic               w_ready_i,
  input logic               b_valid_i,
  input logic [1:0]         b_resp_i
);

  localparam int DescW = 5 + 4 + 3 * AddrW;
  logic                   desc_ready, res_ready, vector_ready, residual_ready;
  logic                   aw_valid, w_valid, w_last, b_ready, done, outside, error, quiet, idle;
  logic [AddrW+1:0]       aw_addr;
  logic [7:0]             aw_len;
  logic [BusWords*32-1:0] w_data;
  logic [BusWords*4-1:0]  w_strb;
  logic [AddrW-1:0]       error_addr;
  logic [Size*32-1:0]     res_data, vector_data, residual_data;

  // ---- What stays as it is after the first cycle ----
  logic [AddrW-1:0]  base, limit;
  logic [8*Size-1:0] acc_table, vector_table, residual_table;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {base, limit} <= Window == 1 ? {base_i, limit_i} : {{AddrW{1'b0}}, {AddrW{1'b1}}};
      {acc_table, vector_table, residual_table} <= {acc_table_i, vector_table_i, residual_table_i};
    end
  end

  logic [AddrW-1:0] row_stride, col_stride;
  assign row_stride = Data == 1 ? AddrW'(Cols) : desc_row_stride_i;
  assign col_stride = Data == 1 ? AddrW'(1) : desc_col_stride_i;

  start u_start (.clk_i, .rst_ni);
  sumac_writer #(
    .Cols(Cols), .Size(Size), .BusWords(BusWords), .AddrW(AddrW), .Outstanding(Outstanding), .AddDepth(1)
  ) u_dut (
    .clk_i, .rst_ni, .stop_i, .base_i(base), .limit_i(limit), .desc_valid_i, .desc_ready_o(desc_ready),
    .desc_m_i(16'(desc_m_i)), .desc_n_i(16'(desc_n_i)), .desc_result_i(desc_flags_i[3]),
    .desc_scale_i(desc_flags_i[2]), .desc_residual_i(desc_flags_i[1]), .desc_relu_i(desc_flags_i[0]),
    .desc_addr_i, .desc_row_stride_i(row_stride),
    .desc_col_stride_i(col_stride), .res_valid_i, .res_ready_o(res_ready),
    .res_data_i(res_data), .vector_valid_i, .vector_ready_o(vector_ready), .vector_data_i(vector_data),
    .residual_valid_i, .residual_ready_o(residual_ready), .residual_data_i(residual_data),
    .aw_valid_o(aw_valid), .aw_ready_i, .aw_addr_o(aw_addr), .aw_len_o(aw_len), .w_valid_o(w_valid),
    .w_ready_i, .w_data_o(w_data), .w_strb_o(w_strb), .w_last_o(w_last), .b_valid_i, .b_ready_o(b_ready),
    .b_resp_i, .done_o(done), .outside_o(outside), .error_o(error), .error_addr_o(error_addr),
    .quiet_o(quiet), .idle_o(idle));

  // ---- Rows: the n-th of a stream is row n modulo 4 of its table ----
  logic [1:0] res_q, vector_q, residual_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {res_q, vector_q, residual_q} <= '0;
    else begin
      res_q      <= res_q + 2'(res_valid_i & res_ready);
      vector_q   <= vector_q + 2'(vector_valid_i & vector_ready);
      residual_q <= residual_q + 2'(residual_valid_i & residual_ready);
    end
  end
  for (genvar c = 0; c < Size; c++) begin : gen_col
    // A factor is its sign, a summand two bits.
    logic [1:0] a, v, r;
    assign a = acc_table[2*(Size*32'(res_q)+c) +: 2];
    assign v = vector_table[2*(Size*32'(vector_q)+c) +: 2];
    assign r = residual_table[2*(Size*32'(residual_q)+c) +: 2];
    assign res_data[32*c +: 32]      = {a[1], 29'd0, a};
    assign vector_data[32*c +: 32]   = {v[1], 29'd0, v};
    assign residual_data[32*c +: 32] = {30'd0, r};
  end
  sumac_stream_given #(.Width(1)) u_res (
    .clk_i, .rst_ni, .valid_i(res_valid_i), .ready_i(res_ready), .data_i(1'b0));
  sumac_stream_given #(.Width(1)) u_residual (
    .clk_i, .rst_ni, .valid_i(residual_valid_i), .ready_i(residual_ready), .data_i(1'b0));

  // ---- The bursts to come, and the beats of words ----
  logic             put, aw, w, b;
  logic [DescW-1:0] desc;
  logic             aw_some, w_some, aw_over, w_over;
  assign put  = desc_valid_i & desc_ready;
  assign aw   = aw_valid & aw_ready_i;
  assign w    = w_valid & w_ready_i;
  assign b    = b_valid_i & b_ready;
  assign desc = {desc_m_i, desc_n_i, desc_flags_i, desc_addr_i, row_stride, col_stride};
  always_comb if (desc_valid_i) assume (desc_m_i != '0 && desc_n_i != '0);

  logic [AddrW-1:0] aw_word, w_word;
  logic [PageW:0]   aw_words, w_words, w_count;
  logic             w_scale, w_residual, w_relu, w_tile_begins, w_row_ends;
  logic [1:0]       w_col;
  logic [2:0]       unused_flags;
  logic [1:0]       unused_col;
  logic             unused_begins, unused_ends;

  places #(.Cols(Cols), .AddrW(AddrW), .PageW(PageW)) u_bursts (
    .clk_i, .rst_ni, .put_i(put), .desc_i(desc), .some_o(aw_some), .word_o(aw_word), .words_o(aw_words),
    .flags_o(unused_flags), .col_o(unused_col), .tile_begins_o(unused_begins), .row_ends_o(unused_ends),
    .move_i(aw), .count_i(aw_words), .over_o(aw_over));
  places #(.Cols(Cols), .AddrW(AddrW), .PageW(PageW)) u_words (
    .clk_i, .rst_ni, .put_i(put), .desc_i(desc), .some_o(w_some), .word_o(w_word), .words_o(w_words),
    .flags_o({w_scale, w_residual, w_relu}), .col_o(w_col), .tile_begins_o(w_tile_begins),
    .row_ends_o(w_row_ends), .move_i(w), .count_i(w_count), .over_o(w_over));

  // ---- Addresses ----
  logic [LaneW-1:0] aw_first, w_first;
  logic [AddrW:0]   aw_end;
  assign aw_first = aw_word[LaneW-1:0];
  assign aw_end   = {1'b0, aw_word} + (AddrW + 1)'(aw_words) - (AddrW + 1)'(1);
  logic aw_inside;
  assign aw_inside = aw_word >= base && aw_end <= {1'b0, limit};
  always_comb begin
    if (aw_valid) begin
      assert (aw_some);  // a burst of no row
      assert (aw_addr == {aw_word[AddrW-1:LaneW], {LaneW + 2{1'b0}}});  // not its address
      assert (32'(aw_len) == (32'(aw_first) + 32'(aw_words) + BusWords - 1) / BusWords - 1);  // not its length
      assert (aw_inside);  // outside the window
    end
    if (outside && !aw_valid) assert (aw_some && !aw_inside);  // a burst that may start is told as outside
    if (outside && !aw_valid && !error) assert (error_addr == aw_word);  // with another address
  end

  // No burst starts under stop_i: no address is offered anew in the next cycle.
  logic held_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= 1'b1;
    else held_q <= stop_i & ~aw_valid;
  end
  always_comb if (held_q) assert (!aw_valid);  // a burst starts under stop_i

  // ---- Words ----
  logic [1:0] row_q, residual_row_q, tile_q;  // of the tables; tile_q: scales, the shifts are the next row
  assign w_first = w_word[LaneW-1:0];
  assign w_count = 32'(w_words) < BusWords - 32'(w_first) ? w_words : (PageW + 1)'(BusWords - 32'(w_first));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row_q          <= '0;
      residual_row_q <= '0;
      tile_q         <= 2'd2;  // its first tile's scales will be row 0
    end else if (w) begin
      if (w_row_ends) row_q <= row_q + 2'd1;
      if (w_row_ends && w_residual) residual_row_q <= residual_row_q + 2'd1;
      if (w_tile_begins && w_scale) tile_q <= tile_q + 2'd2;
    end
  end
  logic [1:0] tile;
  assign tile = tile_q + {w_tile_begins, 1'b0};
  for (genvar i = 0; i < BusWords; i++) begin : gen_lane
    logic [1:0] col, acc, x, y;
    logic       in_beat, sign;
    assign in_beat = i >= 32'(w_first) && i < 32'(w_first) + 32'(w_count);
    assign col     = w_col + 2'(i) - 2'(w_first);
    assign acc     = acc_table[2*(Size*32'(row_q)+32'(col)) +: 2];
    // The product is {sign of the scale, of acc}; a sum alpha * (a xor b) in GF(4).
    always_comb begin
      x    = {vector_table[2*(Size*32'(tile)+32'(col))+1], acc[1]} ^
             vector_table[2*(Size*32'(tile+2'd1)+32'(col)) +: 2];
      y    = w_scale ? {x[0] ^ x[1], x[1]} : acc;
      sign = ~w_scale & acc[1];
      x    = y ^ residual_table[2*(Size*32'(residual_row_q)+32'(col)) +: 2];
      if (w_residual) {sign, y} = {1'b0, x[0] ^ x[1], x[1]};
      if (w_relu && sign) {sign, y} = '0;
    end
    always_comb begin
      if (w_valid) begin
        assert (w_strb[4*i +: 4] == {4{in_beat}});  // a strobe amiss
        if (Data == 1 && in_beat) assert ({w_data[32*i+31], w_data[32*i +: 2]} == {sign, y});  // another word
      end
    end
  end
  always_comb begin
    if (w_valid) begin
      assert (w_some);  // words of no row
      assert (w_last == (w_count == w_words));  // last amiss
    end
  end

  // ---- Answers, and GEMMs that are done ----
  logic             open_valid, failed_q, bad;
  logic [AddrW-1:0] open_word;
  logic [2:0]       written_q;  // bursts whose words have gone, not yet answered
  logic [2:0]       put_q, aw_over_q, w_over_q, done_q;
  queue #(.Width(AddrW), .Depth(Outstanding)) u_open (
    .clk_i, .rst_ni, .put_i(aw), .word_i(aw_word), .valid_o(open_valid), .get_i(b), .word_o(open_word));
  assign bad = b_resp_i != 2'd0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {written_q, put_q, aw_over_q, w_over_q, done_q} <= '0;
      failed_q <= 1'b0;
    end else begin
      written_q <= written_q + 3'(w & w_last) - 3'(b);
      put_q     <= put_q + 3'(put);
      aw_over_q <= aw_over_q + 3'(aw_over);
      w_over_q  <= w_over_q + 3'(w_over);
      done_q    <= done_q + 3'(done);
      if (b && bad) failed_q <= 1'b1;
    end
  end
  always_comb begin
    if (b_valid_i) assume (open_valid && written_q != '0 && rst_ni);
    assert (b_ready);  // answers are held up
    assert (error == (b_valid_i & bad));  // an error is not told, or is told where none is
    if (error) assert (error_addr == open_word);  // another burst's address
    if (done) begin
      assert (done_q != aw_over_q && done_q != w_over_q);  // done before its words have gone
      assert (!open_valid && !failed_q);  // done before all is answered, or with an error
    end
    if (quiet) assert (!open_valid && !aw_valid && !w_valid);  // quiet with a burst on its way
    if (idle && !failed_q) assert (put_q == done_q);  // idle with a GEMM
  end
  // Nothing is left but to be told.
  bound #(.Cycles(4)) u_done (
    .clk_i, .rst_ni, .wait_i(done_q != aw_over_q & done_q != w_over_q & ~open_valid & ~failed_q),
    .happens_i(done), .hold_i(1'b0));

endmodule

// The words of the GEMMs that have come, in the order in which they are to be written: word_o is the next one,
// words_o so many are its burst from there on. move_i: count_i of them are written.
module places #(
  parameter int Cols  = 3,
  parameter int AddrW = 5,
  parameter int PageW = 2
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 put_i,
  input  logic [9+3*AddrW-1:0] desc_i,
  output logic                 some_o,
  output logic [AddrW-1:0]     word_o,
  output logic [PageW:0]       words_o,
  output logic [2:0]           flags_o,
  output logic [1:0]           col_o,          // column of the n-tile
  output logic                 tile_begins_o,
  output logic                 row_ends_o,     // with this move
  input  logic                 move_i,
  input  logic [PageW:0]       count_i,
  output logic                 over_o          // the oldest GEMM has no more words
);

  logic             valid, result;
  logic [1:0]       m, row_q, col_q;
  logic [2:0]       n, tile_q;  // tile_q: columns before the n-tile
  logic [AddrW-1:0] start, row_stride, col_stride, at_row_q, at_tile_q, at_row, at_tile;  // the row's first word, row 0's
  logic             begun_q;  // the GEMM's first word has gone
  logic [2:0]       ahead, to_line;
  logic             tile_ends, last;

  queue #(.Width(9 + 3 * AddrW), .Depth(5)) u_gemms (
    .clk_i, .rst_ni, .put_i, .word_i(desc_i), .valid_o(valid), .get_i(over_o),
    .word_o({m, n, result, flags_o, start, row_stride, col_stride}));

  assign some_o        = valid & result;
  assign word_o        = at_row + AddrW'(col_q) * col_stride;
  assign at_row        = begun_q ? at_row_q : start;
  assign at_tile       = begun_q ? at_tile_q : start;
  assign ahead         = (n - tile_q < 3'(Cols) ? n - tile_q : 3'(Cols)) - 3'(col_q);
  assign to_line       = 3'(2 ** PageW) - 3'(word_o[PageW-1:0]);
  assign words_o       = col_stride != AddrW'(1) ? 3'd1 : ahead < to_line ? ahead : to_line;
  assign col_o         = col_q;
  assign tile_begins_o = row_q == '0 && col_q == '0;
  assign row_ends_o    = count_i == ahead;
  assign tile_ends     = row_ends_o && row_q + 2'd1 == m;
  assign last          = tile_ends && n - tile_q <= 3'(Cols);
  assign over_o        = valid & (~result | (move_i & last));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {row_q, col_q, tile_q, begun_q} <= '0;
    else if (move_i && some_o) begin
      begun_q <= ~last;
      col_q   <= row_ends_o ? '0 : col_q + 2'(count_i);
      if (row_ends_o) row_q <= tile_ends ? '0 : row_q + 2'd1;
      if (tile_ends) tile_q <= last ? '0 : tile_q + 3'(Cols);
    end
  end
  always_ff @(posedge clk_i) begin
    if (move_i) begin
      at_tile_q <= tile_ends ? at_tile + AddrW'(Cols) * col_stride : at_tile;
      at_row_q  <= tile_ends ? at_tile + AddrW'(Cols) * col_stride : row_ends_o ? at_row + row_stride : at_row;
    end
  end

endmodule
