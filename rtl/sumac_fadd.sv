// SPDX-License-Identifier: Apache-2.0
//
// The accumulator's adder: binary32, round to nearest even; subnormal operands are read as zero,
// a subnormal sum becomes a zero of its sign, every NaN result is 0x7FC00000.
//
// Latency: Depth enabled clock edges from a_i, b_i to sum_o, one addition a cycle. en_i = 0 holds
// every register. No handshake and no reset: whoever feeds it knows when its sum is due.
// Registers stand after: Depth 1 round; 2 align, round; 3 align, sum, round;
// 4 order, align, sum, round.
//
// Example (Depth = 2): a_i = 0x3F800000 (1.0), b_i = 0xBF000000 (-0.5) before edge 0 gives
// sum_o = 0x3F000000 (0.5) after edge 1.
module sumac_fadd #(
  parameter int Depth = 1  // pipeline registers, 1 to 4
) (
  input  logic        clk_i,
  input  logic        en_i,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  output logic [31:0] sum_o
);

  if (Depth < 1 || Depth > 4) begin : gen_illegal_depth
    sumac_error_AddDepth_must_be_1_to_4 error ();
  end

  // ---- Order: the operand of the larger magnitude first ----
  logic [30:0] ord_big, ord_small;
  logic        ord_sign, ord_sub;

  sumac_fadd_order u_order (
    .a_i,
    .b_i,
    .big_o  (ord_big),
    .small_o(ord_small),
    .sign_o (ord_sign),
    .sub_o  (ord_sub)
  );

  logic [30:0] aln_big_i, aln_small_i;
  logic        aln_sign, aln_sub;

  sumac_stage #(.Width(31), .Register(Depth == 4)) u_ord_big (
    .clk_i, .en_i, .d_i(ord_big), .q_o(aln_big_i));
  sumac_stage #(.Width(31), .Register(Depth == 4)) u_ord_small (
    .clk_i, .en_i, .d_i(ord_small), .q_o(aln_small_i));
  sumac_stage #(.Width(2), .Register(Depth == 4)) u_ord_flags (
    .clk_i, .en_i, .d_i({ord_sign, ord_sub}), .q_o({aln_sign, aln_sub}));

  // ---- Align: the smaller significand shifted to the larger one's exponent ----
  logic [7:0]  aln_exp, add_exp;
  logic [23:0] aln_big, add_big;
  logic [26:0] aln_small, add_small;
  logic        aln_nan, add_sign, add_sub, add_nan;

  sumac_fadd_align u_align (
    .big_i  (aln_big_i),
    .small_i(aln_small_i),
    .sub_i  (aln_sub),
    .exp_o  (aln_exp),
    .big_o  (aln_big),
    .small_o(aln_small),
    .nan_o  (aln_nan)
  );

  sumac_stage #(.Width(24), .Register(Depth >= 2)) u_aln_big (
    .clk_i, .en_i, .d_i(aln_big), .q_o(add_big));
  sumac_stage #(.Width(27), .Register(Depth >= 2)) u_aln_small (
    .clk_i, .en_i, .d_i(aln_small), .q_o(add_small));
  sumac_stage #(.Width(11), .Register(Depth >= 2)) u_aln_flags (
    .clk_i, .en_i, .d_i({aln_exp, aln_sign, aln_sub, aln_nan}),
    .q_o({add_exp, add_sign, add_sub, add_nan}));

  // ---- Sum: exact but for the sticky bit, with one carry bit; not negative, for |big| >= |small| ----
  logic [27:0] add_sum, rnd_sum;
  logic [7:0]  rnd_exp;
  logic        rnd_sign, rnd_sub, rnd_nan;

  assign add_sum = add_sub ? {1'b0, add_big, 3'b000} - {1'b0, add_small}
                           : {1'b0, add_big, 3'b000} + {1'b0, add_small};

  sumac_stage #(.Width(28), .Register(Depth >= 3)) u_add_sum (
    .clk_i, .en_i, .d_i(add_sum), .q_o(rnd_sum));
  sumac_stage #(.Width(11), .Register(Depth >= 3)) u_add_flags (
    .clk_i, .en_i, .d_i({add_exp, add_sign, add_sub, add_nan}),
    .q_o({rnd_exp, rnd_sign, rnd_sub, rnd_nan}));

  // ---- Round: normalised, rounded, packed ----
  logic [31:0] rnd_word;

  sumac_fadd_round u_round (
    .sum_i (rnd_sum),
    .exp_i (rnd_exp),
    .sign_i(rnd_sign),
    .sub_i (rnd_sub),
    .nan_i (rnd_nan),
    .word_o(rnd_word)
  );

  sumac_stage #(.Width(32), .Register(1)) u_rnd_word (
    .clk_i, .en_i, .d_i(rnd_word), .q_o(sum_o));

endmodule
