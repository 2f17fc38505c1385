// SPDX-License-Identifier: Apache-2.0
//
// Functional coverage: what is to happen in the hardware in some test at least once. Bound to the
// modules of rtl/ in builds with SUMAC_COVERAGE; script/coverage counts each event over all instances
// and tests, and fails where one never happened. A label is the event's name in the report, the
// comment its meaning.
//
// Events count out of reset. Those of the adder count in sumac_units alone, where each word is a test's:
// an array adds whatever is there in cycles that nobody looks at.
// verilator lint_off DECLFILENAME
// verilator lint_off UNUSED

// ---- The core ----
module events_sequencer (
  input logic clk_i, rst_ni, en_i, cmd_valid_i, cmd_ready_o, act_valid_i, act_ready_o, psum_valid_i,
  input logic weights_i, bank_busy_i, beat_o, cmd_valid, first, stream, bank, cmd_dst, cmd_done,
  input logic rows_1, rows_all, wraps
);
  logic go;
  assign go = rst_ni & en_i & cmd_valid;
  always @(posedge clk_i) begin
    beat_from_zero:       cover (beat_o & ~stream & ~bank);  // a partial sum starts from +0
    beat_from_stream:     cover (beat_o & stream);           // ... from the stream
    beat_from_bank:       cover (beat_o & bank);             // ... from the banks
    beat_to_bank:         cover (beat_o & ~cmd_dst);         // a sum goes to the banks
    beat_to_result:       cover (beat_o & cmd_dst);          // ... to the results
    tile_of_one_row:      cover (beat_o & rows_1);           // a tile's first beat is its last
    tile_of_all_rows:     cover (beat_o & first & rows_all); // a tile as long as the banks are deep
    bank_rows_wrap:       cover (beat_o & ~cmd_dst & wraps); // a tile's bank rows pass the last one
    tiles_back_to_back:   cover (cmd_done & cmd_valid_i);    // the next command waits as a tile ends
    wait_command:         cover (rst_ni & en_i & ~cmd_valid & act_valid_i);  // activations wait for a command
    wait_activation:      cover (go & ~act_valid_i & act_ready_o);           // all but the activations is there
    wait_weights:         cover (go & act_valid_i & first & ~weights_i);     // ... all but the tile's weights
    wait_psum:            cover (go & act_valid_i & stream & ~psum_valid_i); // ... all but the partial sum
    wait_bank_read:       cover (go & act_valid_i & bank_busy_i & bank);     // the row to be read is not written yet
    wait_bank_write:      cover (go & act_valid_i & bank_busy_i & ~bank & ~cmd_dst);  // the row to be written has a write on its way
    busy_row_ignored:     cover (beat_o & bank_busy_i);      // such a row does not hold up who needs no bank
    halted:               cover (rst_ni & ~en_i & cmd_valid & act_valid_i);  // results not taken halt the array
    commands_full:        cover (rst_ni & cmd_valid_i & ~cmd_ready_o);       // two commands wait, a third is offered
  end
endmodule
bind sumac_sequencer events_sequencer u_events (
  .clk_i, .rst_ni, .en_i, .cmd_valid_i, .cmd_ready_o, .act_valid_i, .act_ready_o, .psum_valid_i,
  .weights_i, .bank_busy_i, .beat_o, .cmd_valid, .first, .stream, .bank, .cmd_dst, .cmd_done,
  .rows_1(first & cmd_done), .rows_all(32'(cmd_rows) == PsumDepth),
  .wraps(32'(cmd_base) + 32'(done_q) >= PsumDepth));

module events_loader (
  input logic clk_i, rst_ni, en_i, wgt_valid_i, full_o, take_i, beat, load_gap
);
  always @(posedge clk_i) begin
    weights_in_shadow: cover (rst_ni & en_i & wgt_valid_i & full_o);             // a tile waits, the next one is offered
    weights_in_gap:    cover (rst_ni & en_i & wgt_valid_i & ~full_o & load_gap); // ... waits until the last row has swapped
    weights_taken:     cover (rst_ni & en_i & take_i);
    weights_loaded:    cover (rst_ni & beat);
  end
endmodule
bind sumac_loader events_loader u_events (
  .clk_i, .rst_ni, .en_i, .wgt_valid_i, .full_o, .take_i, .beat, .load_gap(gap_q != '0));

module events_scoreboard (input logic clk_i, rst_ni, en_i, set_i, clear_i, same);
  always @(posedge clk_i) begin
    bank_set_and_clear: cover (rst_ni & en_i & set_i & clear_i & ~same);  // marked and unmarked at once, two rows
  end
endmodule
bind sumac_scoreboard events_scoreboard u_events (
  .clk_i, .rst_ni, .en_i, .set_i, .clear_i, .same(row_i == clear_row_i));

// Words by class, of lane 0 or column 0, as they pass.
module events_words (input logic clk_i, passes, input logic [31:0] word);
  logic top, none;
  assign top  = word[30:23] == '1;
  assign none = word[30:23] == '0;
  always @(posedge clk_i) begin
    word_zero:      cover (passes & none & (word[22:0] == '0));
    word_minus:     cover (passes & ~none & ~top & word[31]);
    word_subnormal: cover (passes & none & (word[22:0] != '0));
    word_infinity:  cover (passes & top & (word[22:0] == '0));
    word_nan:       cover (passes & top & (word[22:0] != '0));
    word_normal:    cover (passes & ~top & ~none);
  end
endmodule
module events_results (input logic clk_i, passes, input logic [31:0] word);
  logic top, none;
  assign top  = word[30:23] == '1;
  assign none = word[30:23] == '0;
  always @(posedge clk_i) begin
    result_zero:     cover (passes & none);
    result_minus:    cover (passes & ~none & ~top & word[31]);
    result_infinity: cover (passes & top & (word[22:0] == '0));
    result_nan:      cover (passes & top & (word[22:0] != '0));
    result_normal:   cover (passes & ~top & ~none);
  end
endmodule
module events_psums (input logic clk_i, passes, input logic [31:0] word);
  logic top, none;
  assign top  = word[30:23] == '1;
  assign none = word[30:23] == '0;
  always @(posedge clk_i) begin
    psum_zero:      cover (passes & none & (word[22:0] == '0));
    psum_subnormal: cover (passes & none & (word[22:0] != '0));
    psum_infinity:  cover (passes & top & (word[22:0] == '0));
    psum_nan:       cover (passes & top & (word[22:0] != '0));
    psum_normal:    cover (passes & ~top & ~none);
  end
endmodule
// Activation row 0 meets weight column 0 in the element of row 0: the classes of their pairs, of
// the weight that was taken last (row 0 comes last).
module events_pairs (
  input logic clk_i, wgt_passes, first, act_passes, input logic [31:0] weight, activation
);
  logic [31:0] next_q, active_q, w;
  logic w_none, w_top, a_none, a_top, w_nan, a_nan;
  always_ff @(posedge clk_i) begin
    if (wgt_passes) next_q <= weight;
    if (first) active_q <= next_q;
  end
  assign w      = first ? next_q : active_q;
  assign w_none = w[30:23] == '0;
  assign w_top  = w[30:23] == '1;
  assign w_nan  = w_top & (w[22:0] != '0);
  assign a_none = activation[30:23] == '0;
  assign a_top  = activation[30:23] == '1;
  assign a_nan  = a_top & (activation[22:0] != '0);
  logic signed [10:0] exponent;  // of the product, about
  assign exponent = $signed({3'b0, w[30:23]}) + $signed({3'b0, activation[30:23]}) - 11'sd127;
  always @(posedge clk_i) begin
    pair_zero_zero:         cover (act_passes & a_none & w_none);
    pair_zero_normal:       cover (act_passes & a_none & ~w_none & ~w_top);
    pair_normal_zero:       cover (act_passes & ~a_none & ~a_top & w_none);
    pair_zero_infinity:     cover (act_passes & a_none & w_top & ~w_nan);  // NaN
    pair_infinity_zero:     cover (act_passes & a_top & ~a_nan & w_none);  // NaN
    pair_infinity_normal:   cover (act_passes & a_top & ~a_nan & ~w_none & ~w_top);
    pair_normal_infinity:   cover (act_passes & ~a_none & ~a_top & w_top & ~w_nan);
    pair_infinity_infinity: cover (act_passes & a_top & ~a_nan & w_top & ~w_nan);
    pair_nan_any:           cover (act_passes & a_nan);
    pair_any_nan:           cover (act_passes & w_nan);
    pair_nan_zero:          cover (act_passes & a_nan & w_none);
    pair_overflow:          cover (act_passes & ~a_top & ~w_top & exponent > 11'sd255);  // of two finite words
    pair_underflow:         cover (act_passes & ~a_none & ~w_none & exponent < -11'sd1);  // of two nonzero words
    pair_opposite_signs:    cover (act_passes & (w[31] ^ activation[31]));
    pair_normal_normal:     cover (act_passes & ~a_none & ~a_top & ~w_none & ~w_top);
  end
endmodule
bind sumac_core events_pairs u_pairs (
  .clk_i, .wgt_passes(rst_ni & wgt_valid_i & wgt_ready_o), .first(first), .act_passes(rst_ni & beat),
  .weight(32'(wgt_data_i[W-1:0]) << (32 - W)), .activation(32'(act_data_i[W-1:0]) << (32 - W)));
bind sumac_core events_words u_words (
  .clk_i, .passes(rst_ni & beat), .word(32'(act_data_i[W-1:0]) << (32 - W)));
bind sumac_core events_results u_events_results (
  .clk_i, .passes(rst_ni & res_valid_o & res_ready_i), .word(res_data_o[31:0]));
bind sumac_core events_psums u_events_psums (
  .clk_i, .passes(rst_ni & psum_valid_i & psum_ready_o), .word(psum_data_i[31:0]));

module events_core (input logic clk_i, rst_ni, res_valid_o, res_ready_i, idle_o, first, wgt_beat);
  logic idle_q;
  always_ff @(posedge clk_i) idle_q <= rst_ni & idle_o;
  always @(posedge clk_i) begin
    result_waits:     cover (rst_ni & res_valid_o & ~res_ready_i);
    becomes_idle:     cover (rst_ni & idle_o & ~idle_q);
    load_during_tile: cover (rst_ni & wgt_beat & ~first & ~idle_o);  // weights come while a tile is in work
  end
endmodule
bind sumac_core events_core u_events (
  .clk_i, .rst_ni, .res_valid_o, .res_ready_i, .idle_o, .first, .wgt_beat(wgt_valid_i & wgt_ready_o & beat));

// ---- The adder ----
module events_fadd (
  input logic       clk_i, en_i,
  input logic [7:0] a_exp, b_exp,
  input logic       a_nan, b_nan, sub, lost,                       // operands
  input logic       add_sub, less,                                 // sum
  input logic       nrm_special, carry, none, up, half, rest, odd, // normalised
  input logic [4:0] zeros,
  input logic       rnd_special, rnd_none, rnd_up, all_ones, flushed,
  input logic [7:0] field
);
  logic       above, zero, a_top, b_top, both;
  logic [7:0] distance;
  assign above    = a_exp > b_exp;
  assign distance = above ? a_exp - b_exp : b_exp - a_exp;
  assign zero     = a_exp == '0 || b_exp == '0;
  assign a_top    = a_exp == '1;
  assign b_top    = b_exp == '1;
  assign both     = en_i & ~zero & ~a_top & ~b_top;
  always @(posedge clk_i) begin
    add_same_signs:      cover (both & ~sub);
    add_opposite_signs:  cover (both & sub);               // an effective subtraction
    add_above:           cover (en_i & above);             // the first operand has the larger exponent
    add_of_zero:         cover (en_i & zero & ~a_top & ~b_top);
    add_infinity:        cover (en_i & (a_top ^ b_top) & ~a_nan & ~b_nan);
    add_infinities:      cover (en_i & a_top & b_top & ~a_nan & ~b_nan & ~sub);
    add_infinities_nan:  cover (en_i & a_top & b_top & ~a_nan & ~b_nan & sub);
    add_nan:             cover (en_i & (a_nan | b_nan));
    align_0:             cover (both & distance == 8'd0);
    align_1:             cover (both & distance == 8'd1);
    align_2:             cover (both & distance == 8'd2);
    align_3:             cover (both & distance == 8'd3);
    align_4_to_23:       cover (both & distance >= 8'd4 & distance <= 8'd23);
    align_24:            cover (both & distance == 8'd24); // half a unit below
    align_25:            cover (both & distance == 8'd25);
    align_26:            cover (both & distance == 8'd26); // the sticky bit's own place
    align_27:            cover (both & distance == 8'd27);
    align_28_to_31:      cover (both & distance >= 8'd28 & distance <= 8'd31);
    align_beyond:        cover (both & distance >= 8'd32); // beyond the shifter's range
    align_sticky:        cover (both & lost);              // bits are lost, the sticky bit stands for them
    subtract_sticky:     cover (both & lost & sub);
    sum_negative:        cover (en_i & add_sub & ~nrm_special & less);  // the first operand was the smaller one
    sum_carry:           cover (en_i & ~nrm_special & carry);
    sum_nothing:         cover (en_i & ~nrm_special & none);            // total cancellation
    cancel_1:            cover (en_i & ~nrm_special & ~none & zeros == 5'd2);
    cancel_2:            cover (en_i & ~nrm_special & ~none & zeros == 5'd3);
    cancel_3_to_7:       cover (en_i & ~nrm_special & ~none & zeros >= 5'd4 & zeros <= 5'd8);
    cancel_8_to_15:      cover (en_i & ~nrm_special & ~none & zeros >= 5'd9 & zeros <= 5'd16);
    cancel_16_to_22:     cover (en_i & ~nrm_special & ~none & zeros >= 5'd17 & zeros <= 5'd23);
    cancel_23_and_more:  cover (en_i & ~nrm_special & ~none & zeros >= 5'd24);
    round_down:          cover (en_i & ~nrm_special & ~up & rest);
    round_half_even:     cover (en_i & ~nrm_special & half & ~odd);     // a tie goes down
    round_half_odd:      cover (en_i & ~nrm_special & half & odd);      // a tie goes up
    round_up:            cover (en_i & ~nrm_special & up & ~half);
    round_carry:         cover (en_i & ~rnd_special & rnd_up & all_ones);  // to the next exponent
    sum_overflow:        cover (en_i & ~rnd_special & field == 8'hFF);
    overflow_by_round:   cover (en_i & ~rnd_special & field == 8'hFF & rnd_up & all_ones);
    sum_underflow:       cover (en_i & ~rnd_special & ~rnd_none & flushed);  // a subnormal sum becomes zero
  end
endmodule
bind sumac_fadd events_fadd u_events (
  .clk_i, .en_i, .a_exp(word_a[30:23]), .b_exp(word_b[30:23]),
  .a_nan(word_a[30:23] == '1 && word_a[22]), .b_nan(word_b[30:23] == '1 && word_b[22]),
  .sub(aln_sub), .lost(u_align.lost),
  .add_sub, .less(add_mag_sign != add_sign),
  .nrm_special(nrm_exp == '1), .carry(nrm_carry), .none(nrm_none), .up(nrm_up),
  .half(u_normalise.by1[3:0] == 4'b1000), .rest(u_normalise.by1[3:0] != '0), .odd(u_normalise.by1[4]),
  .zeros({u_normalise.halves, u_normalise.zero1}),
  .rnd_special(rnd_exp == '1), .rnd_none, .rnd_up, .all_ones(rnd_mantissa == '1),
  .flushed(u_round.zero), .field(u_round.field));

// ---- The accelerator ----
module events_top (
  input logic clk_i, rst_ni, irq_o, soft_stop, read_quiet, write_quiet, stop, write_error, read_error,
  input logic write_outside, commands_bad, program_bad, read_outside, busy,
  input logic ar_waits, aw_waits, w_waits, a_turn, a_valid, turner_idle,
  input logic [8:0] count
);
  always @(posedge clk_i) begin
    waits_activations:      cover (rst_ni & count[2]);
    waits_weights:          cover (rst_ni & count[3]);
    waits_c_in:             cover (rst_ni & count[4]);
    waits_results:          cover (rst_ni & count[5]);
    waits_array:            cover (rst_ni & count[6]);
    bus_ar_waits:           cover (rst_ni & ar_waits);
    bus_aw_waits:           cover (rst_ni & aw_waits);
    bus_w_waits:            cover (rst_ni & w_waits);
    error_write_response:   cover (rst_ni & ~stop & write_error);
    error_read_response:    cover (rst_ni & ~stop & read_error);
    error_write_outside:    cover (rst_ni & ~stop & write_outside);
    error_read_outside:     cover (rst_ni & ~stop & read_outside);
    error_bank_rows:        cover (rst_ni & ~stop & commands_bad);
    error_descriptor:       cover (rst_ni & ~stop & program_bad);
    error_after_error:      cover (rst_ni & stop & (write_error | read_error));  // a second one, ignored
    reset_waits_for_reads:  cover (rst_ni & soft_stop & ~read_quiet);
    reset_waits_for_writes: cover (rst_ni & soft_stop & ~write_quiet);
    reset_of_idle:          cover (rst_ni & soft_stop & ~busy);
    interrupt:              cover (rst_ni & irq_o);
    direct_after_turned:    cover (rst_ni & a_valid & ~a_turn & ~turner_idle);   // waits for the turner
    turned_after_direct:    cover (rst_ni & a_valid & a_turn & turner_idle);
  end
endmodule
bind sumac_top events_top u_events (
  .clk_i, .rst_ni, .irq_o, .soft_stop, .read_quiet, .write_quiet, .stop, .write_error, .read_error,
  .write_outside, .commands_bad, .program_bad, .read_outside, .busy, .count, .a_turn, .a_valid, .turner_idle,
  .ar_waits(mem_ar_valid_o & ~mem_ar_ready_i), .aw_waits(mem_aw_valid_o & ~mem_aw_ready_i),
  .w_waits(mem_w_valid_o & ~mem_w_ready_i));

module events_program (
  input logic clk_i, rst_ni, hand, desc_ready_i, full_q, good, reached, stop_i, waits, req_valid_o, req_ready_i,
  input logic c_in_waits, vector_waits, residual_waits, idle, unit, matrix, format_bad, source_bad,
  input logic a_load, b_load,
  input logic [7:0] flags,
  input logic [31:0] m, n, k, m_most, n_most
);
  logic bad;
  assign bad = rst_ni & full_q & ~good;
  always @(posedge clk_i) begin
    desc_a_turned:        cover (hand & flags[0]);
    desc_a_straight:      cover (hand & ~flags[0]);
    desc_b_turned:        cover (hand & flags[1]);
    desc_b_straight:      cover (hand & ~flags[1]);
    desc_from_zero:       cover (hand & flags[3:2] == 2'd0);
    desc_from_memory:     cover (hand & flags[3:2] == 2'd1);
    desc_from_banks:      cover (hand & flags[3:2] == 2'd2);
    desc_to_banks:        cover (hand & ~flags[4]);
    desc_plain_result:    cover (hand & flags[4] & flags[7:5] == 3'd0);
    desc_scale:           cover (hand & flags[4] & flags[7:5] == 3'd1);
    desc_residual:        cover (hand & flags[4] & flags[7:5] == 3'd2);
    desc_scale_residual:  cover (hand & flags[4] & flags[7:5] == 3'd3);
    desc_relu:            cover (hand & flags[4] & flags[7:5] == 3'd4);
    desc_scale_relu:      cover (hand & flags[4] & flags[7:5] == 3'd5);
    desc_residual_relu:   cover (hand & flags[4] & flags[7:5] == 3'd6);
    desc_whole_epilogue:  cover (hand & flags[4] & flags[7:5] == 3'd7);
    desc_a_kept:          cover (hand & ~a_load);             // its activations are in the window already
    desc_b_kept:          cover (hand & ~b_load);
    desc_waits_after:     cover (rst_ni & full_q & good & ~reached & ~stop_i);  // for an earlier one
    desc_waits_units:     cover (rst_ni & waits & ~desc_ready_i);               // for room in the units
    rows_wait_c_in:       cover (rst_ni & c_in_waits);        // for room in a row FIFO
    rows_wait_residual:   cover (rst_ni & residual_waits);
    rows_by_words:        cover (rst_ni & matrix & ~unit & req_valid_o);        // a column stride that is not 1
    rows_by_rows:         cover (rst_ni & matrix & unit & req_valid_o);
    stop_on_offer:        cover (rst_ni & stop_i & req_valid_o);                // a request on offer stays
    bad_format:           cover (bad & format_bad);
    bad_source:           cover (bad & source_bad);
    bad_m_zero:           cover (bad & m == 32'd0);
    bad_m_large:          cover (bad & m > m_most);
    bad_n_zero:           cover (bad & n == 32'd0);
    bad_n_large:          cover (bad & n > n_most);
    bad_k_zero:           cover (bad & k == 32'd0);
    bad_k_large:          cover (bad & k[31:16] != 16'd0);
  end
endmodule
bind sumac_program events_program u_events (
  .clk_i, .rst_ni, .hand, .desc_ready_i, .full_q, .good, .reached, .stop_i, .waits(desc_valid_o), .req_valid_o,
  .req_ready_i, .c_in_waits(state_q == RowsCIn && !room), .vector_waits(state_q == Vectors && !room),
  .residual_waits(state_q == RowsResidual && !room), .idle(state_q == Idle), .unit,
  .matrix(state_q == RowsCIn || state_q == RowsResidual),
  .format_bad(flags[31:16] != Format), .source_bad(flags[3:2] == 2'd3),
  .a_load(desc_q[(DescALoad+2)*32 +: 16] != '0), .b_load(desc_q[(DescBLoad+2)*32 +: 16] != '0),
  .flags(flags[7:0]), .m(m_word), .n(n_word), .k(k_word), .m_most(PsumDepth), .n_most(MaxTiles * Cols));

module events_tiles (
  input logic clk_i, next, k_first, n_first, last, blocks, m_last, input logic [31:0] n, k, rows, cols
);
  always @(posedge clk_i) begin
    k_is_1:               cover (next & k == 32'd1);
    k_is_rows_less_1:     cover (next & k == rows - 32'd1);
    k_is_rows:            cover (next & k == rows);
    k_is_rows_and_1:      cover (next & k == rows + 32'd1);
    k_many_tiles:         cover (next & k > 32'd2 * rows);
    n_is_1:               cover (next & n == 32'd1);
    n_is_cols_less_1:     cover (next & n == cols - 32'd1);
    n_is_cols:            cover (next & n == cols);
    n_is_cols_and_1:      cover (next & n == cols + 32'd1);
    n_many_tiles:         cover (next & n > 32'd2 * cols);
    blocks_of_m:          cover (next & blocks & ~m_last);  // the weight gradient's order
  end
endmodule
bind sumac_tiles events_tiles u_events (
  .clk_i, .next(rst_ni & next_i), .k_first(k_first_q), .n_first(n_first_q), .last(last_o), .blocks(blocks_i),
  .m_last(m_last_o), .n(32'(n_i)), .k(32'(k_i)), .rows(Rows), .cols(Cols));

module events_read (
  input logic clk_i, rst_ni, ask, ar_valid_o, ar_ready_i, stop_i, no_room, beat, wrong, at_line, unaligned, last,
  input logic [7:0] len, most, input logic [10:0] words_to_page
);
  always @(posedge clk_i) begin
    read_1_beat:          cover (rst_ni & ask & len == 8'd0);
    read_2_to_15_beats:   cover (rst_ni & ask & len >= 8'd1 & len <= 8'd14);
    read_16_beats:        cover (rst_ni & ask & len >= 8'd15);
    read_longest:         cover (rst_ni & ask & len == most);      // a line of 1 KiB
    read_cut_at_line:     cover (rst_ni & ask & ~last);            // the request goes on after a line
    read_cut_at_page:     cover (rst_ni & ask & ~last & at_line);  // ... after a line of 4 KiB
    read_unaligned:       cover (rst_ni & ask & unaligned);        // the first word is not in lane 0
    read_no_room:         cover (rst_ni & no_room);                // as many bursts are open as may be
    read_stop_on_offer:   cover (rst_ni & ar_valid_o & stop_i);
    read_error:           cover (rst_ni & beat & wrong);
    read_beat_after_beat: cover (rst_ni & beat);
  end
endmodule
bind sumac_read events_read u_events (
  .clk_i, .rst_ni, .ask, .ar_valid_o, .ar_ready_i, .stop_i, .no_room(busy_q & ~room), .beat,
  .wrong(r_resp_i != 2'd0), .at_line(addr_q[9:8] == 2'b11), .unaligned(addr_q[LaneW-1:0] != '0), .last,
  .len(ar_len_o), .most(8'(256 / BusWords - 1)), .words_to_page('0));

module events_writer (
  input logic clk_i, rst_ni, begins, no_room, addresses_full, post_full, residual_waits, by_words, unaligned,
  input logic cut, short_last, no_result, outside_o, error_o, stop_waits, answers_left, row_end, many_tiles,
  input logic [7:0] len
);
  always @(posedge clk_i) begin
    write_1_beat:         cover (rst_ni & begins & len == 8'd0);
    write_2_beats:        cover (rst_ni & begins & len == 8'd1);
    write_more_beats:     cover (rst_ni & begins & len >= 8'd2);
    write_by_words:       cover (rst_ni & begins & by_words);       // a column stride that is not 1
    write_cut_at_page:    cover (rst_ni & begins & cut);            // a row crosses a line of 4 KiB
    write_unaligned:      cover (rst_ni & begins & unaligned);
    write_no_room:        cover (rst_ni & no_room);                 // as many bursts are open as may be
    write_addresses_full: cover (rst_ni & addresses_full);
    write_post_full:      cover (rst_ni & post_full);               // the post unit stands
    write_residual_waits: cover (rst_ni & residual_waits);          // a result, and no residual yet
    write_nothing:        cover (rst_ni & no_result);               // a descriptor whose sums stay in the banks
    write_waits_answers:  cover (rst_ni & answers_left);            // all is written, not all answered
    write_outside:        cover (rst_ni & outside_o);
    write_error:          cover (rst_ni & error_o);
    write_stopped:        cover (rst_ni & stop_waits);
    write_many_tiles:     cover (rst_ni & many_tiles);
  end
endmodule
bind sumac_writer events_writer u_events (
  .clk_i, .rst_ni, .begins, .no_room(there & ~open & ~room), .addresses_full(there & ~open & ~aw_room),
  .post_full(there & ~post_ready), .residual_waits((state_q == Rows) & res_valid_i & residual_on & ~residual_valid_i),
  .by_words(~unit), .unaligned(first != '0), .cut(unit && ahead > 16'(to_line)), .short_last(1'b0),
  .no_result((state_q == Begin) & valid & ~result), .outside_o, .error_o,
  .stop_waits(there & ~open & stop_i), .answers_left((state_q == Finish) && waiting != '0), .row_end(row_end),
  .many_tiles(beat && tile_end && left_q > 16'(Cols)), .len(len));

module events_post (
  input logic clk_i, rst_ni, takes, input logic in_valid_i, in_ready_o, input logic [2:0] on,
  input logic [31:0] acc, scale, y, input logic gives
);
  logic a_finite, s_finite;
  assign a_finite = acc[30:23] != '1;
  assign s_finite = scale[30:23] != '1;
  always @(posedge clk_i) begin
    post_none:           cover (takes & on == 3'd0);
    post_scale:          cover (takes & on == 3'd1);
    post_residual:       cover (takes & on == 3'd2);
    post_scale_residual: cover (takes & on == 3'd3);
    post_relu:           cover (takes & on == 3'd4);
    post_scale_relu:     cover (takes & on == 3'd5);
    post_residual_relu:  cover (takes & on == 3'd6);
    post_all:            cover (takes & on == 3'd7);
    post_halts:          cover (rst_ni & in_valid_i & ~in_ready_o);
    post_acc_special:    cover (takes & on[0] & ~a_finite);
    post_scale_special:  cover (takes & on[0] & ~s_finite);
    post_acc_zero:       cover (takes & on[0] & acc[30:23] == '0);
    post_relu_minus:     cover (takes & on == 3'd4 & acc[31]);
    post_relu_nan:       cover (takes & on == 3'd4 & ~a_finite & acc[22:0] != '0);
    post_relu_minus_0:   cover (takes & on == 3'd4 & acc == 32'h80000000);
  end
endmodule
bind sumac_post events_post u_events (
  .clk_i, .rst_ni, .takes(rst_ni & in_valid_i & in_ready_o), .in_valid_i, .in_ready_o,
  .on({in_relu_i, in_residual_on_i, in_scale_on_i}), .acc(in_acc_i[31:0]), .scale(in_scale_i[31:0]),
  .y(out_y_o[31:0]), .gives(out_valid_o & out_ready_i));

module events_regs (
  input logic clk_i, rst_ni, write, writable, partly, read, known, b_waits, r_waits, both,
  input logic done_event, error_event, clears_done
);
  always @(posedge clk_i) begin
    reg_write:          cover (rst_ni & write & writable);
    reg_write_refused:  cover (rst_ni & write & ~writable & ~partly);
    reg_write_partly:   cover (rst_ni & write & partly);         // not all byte strobes
    reg_read:           cover (rst_ni & read & known);
    reg_read_refused:   cover (rst_ni & read & ~known);
    reg_answer_waits:   cover (rst_ni & b_waits);
    reg_data_waits:     cover (rst_ni & r_waits);
    reg_read_and_write: cover (rst_ni & both);                   // in one cycle
    reg_done_event:     cover (rst_ni & done_event);
    reg_error_event:    cover (rst_ni & error_event);
  end
endmodule
bind sumac_regs events_regs u_events (
  .clk_i, .rst_ni, .write, .writable, .partly(w_strb_i != 4'hF), .read, .known, .b_waits(b_valid_o & ~b_ready_i),
  .r_waits(r_valid_o & ~r_ready_i), .both(read & write), .done_event(irq_event[0]), .error_event(irq_event[1]),
  .clears_done(1'b0));

// ---- Operands, rows, FIFOs ----
module events_walk (
  input logic clk_i, rst_ni, run, exists, step_last, tile_last, waits, one, many, cmd_waits
);
  always @(posedge clk_i) begin
    run_of_elements: cover (rst_ni & run & exists);
    run_of_padding:  cover (rst_ni & run & ~exists);     // elements that do not exist: +0
    run_of_one:      cover (rst_ni & run & one);
    run_of_many:     cover (rst_ni & run & many);
    run_waits:       cover (rst_ni & waits);
    tile_waits:      cover (rst_ni & cmd_waits);
    run_whole_step:  cover (rst_ni & run & step_last);
    run_ends_tile:   cover (rst_ni & run & tile_last);
  end
endmodule
bind sumac_walk events_walk u_events (
  .clk_i, .rst_ni, .run(run_valid_o & run_ready_i), .exists(run_exists_o), .step_last(run_step_last_o),
  .tile_last(run_tile_last_o), .waits(run_valid_o & ~run_ready_i), .one(32'(run_len_o) == 1),
  .many(32'(run_len_o) > 1), .cmd_waits(cmd_valid_i & ~cmd_ready_o));

module events_turner (
  input logic clk_i, rst_ni, in_waits, out_waits, turns, keeps, both_full, ping_pong, short_tile
);
  always @(posedge clk_i) begin
    turner_turns:      cover (rst_ni & turns);
    turner_keeps:      cover (rst_ni & keeps);
    turner_full:       cover (rst_ni & in_waits);    // both halves hold tiles, a row is offered
    turner_not_taken:  cover (rst_ni & out_waits);
    turner_ping_pong:  cover (rst_ni & ping_pong);   // a row in and a beat out in one cycle
    turner_short_tile: cover (rst_ni & short_tile);  // fewer rows than Size
  end
endmodule
bind sumac_turner events_turner u_events (
  .clk_i, .rst_ni, .in_waits(in_valid_i & ~in_ready_o), .out_waits(out_valid_o & ~out_ready_i),
  .turns(put_last & in_turn_i), .keeps(put_last & ~in_turn_i), .both_full(&full_q), .ping_pong(put & get),
  .short_tile(put_last && 32'(wr_row_q) != Size - 1));

module events_rows (input logic clk_i, rst_ni, full, partly, several, out_waits, both);
  always @(posedge clk_i) begin
    rows_full:        cover (rst_ni & full);
    rows_in_portions: cover (rst_ni & partly);       // a row comes in more than one portion
    rows_take_many:   cover (rst_ni & several);      // room for several rows at once
    rows_not_taken:   cover (rst_ni & out_waits);
    rows_in_and_out:  cover (rst_ni & both);
  end
endmodule
bind sumac_rows events_rows u_events (
  .clk_i, .rst_ni, .full(room_o == '0), .partly(in_valid_i & ~in_last_i), .several(32'(take_i) > 1),
  .out_waits(out_valid_o & ~out_ready_i), .both(end_row & leave));

module events_fifo (input logic clk_i, rst_ni, in_valid, in_ready, out_valid, out_ready);
  always @(posedge clk_i) begin
    fifo_full:       cover (rst_ni & in_valid & ~in_ready);
    fifo_empty:      cover (rst_ni & ~out_valid & out_ready);
    fifo_in_and_out: cover (rst_ni & in_valid & in_ready & out_valid & out_ready);
    fifo_not_taken:  cover (rst_ni & out_valid & ~out_ready);
  end
endmodule
bind sumac_fifo events_fifo u_events (
  .clk_i, .rst_ni, .in_valid(in_valid_i), .in_ready(in_ready_o), .out_valid(out_valid_o),
  .out_ready(out_ready_i));
