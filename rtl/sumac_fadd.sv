// SPDX-License-Identifier: Apache-2.0
//
// The accumulator's adder: binary32, round to nearest even; subnormal operands are read as zero,
// a subnormal sum becomes a zero of its sign, every NaN result is 0x7FC00000. With Loose = 1
// operands and sum are loose words (sumac_settle): the same sum, but that its zeros' sign means
// nothing.
//
// Latency: Depth enabled clock edges from a_i, b_i to sum_o, one addition a cycle. en_i = 0 holds
// every register. No handshake and no reset: whoever feeds it knows when its sum is due.
// Registers stand after: Depth 1 round; 2 sum, round; 3 align, sum, round;
// 4 align, sum, normalise, round. So the second one is where fewest bits cross.
//
// Example (Depth = 2): a_i = 0x3F800000 (1.0), b_i = 0xBF000000 (-0.5) before edge 0 gives
// sum_o = 0x3F000000 (0.5) after edge 1.
module sumac_fadd #(
  parameter int Depth = 1,  // pipeline registers, 1 to 4
  parameter bit Loose = 0   // 0: binary32 words in and out; 1: loose words
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

  // ---- Operands ----
  logic [31:0] word_a, word_b;

  if (Loose) begin : gen_loose
    assign word_a = a_i;
    assign word_b = b_i;
  end else begin : gen_words
    sumac_loosen u_a (.word_i(a_i), .loose_o(word_a));
    sumac_loosen u_b (.word_i(b_i), .loose_o(word_b));
  end

  // ---- Align: the smaller significand shifted to the larger one's exponent ----
  logic [7:0]  aln_exp, add_exp;
  logic [23:0] aln_big, add_big;
  logic [26:0] aln_small, add_small;
  logic        aln_sign, aln_sub, aln_special, aln_nan, add_sign, add_sub, add_special, add_nan;

  sumac_fadd_align u_align (
    .a_i      (word_a),
    .b_i      (word_b),
    .exp_o    (aln_exp),
    .big_o    (aln_big),
    .small_o  (aln_small),
    .sign_o   (aln_sign),
    .sub_o    (aln_sub),
    .special_o(aln_special),
    .nan_o    (aln_nan)
  );

  sumac_stage #(.Width(24), .Register(Depth >= 3)) u_aln_big (
    .clk_i, .en_i, .d_i(aln_big), .q_o(add_big));
  sumac_stage #(.Width(27), .Register(Depth >= 3)) u_aln_small (
    .clk_i, .en_i, .d_i(aln_small), .q_o(add_small));
  sumac_stage #(.Width(12), .Register(Depth >= 3)) u_aln_flags (
    .clk_i, .en_i, .d_i({aln_exp, aln_sign, aln_sub, aln_special, aln_nan}),
    .q_o({add_exp, add_sign, add_sub, add_special, add_nan}));

  // ---- Sum: exact but for the sticky bit ----
  logic [27:0] add_mag, nrm_mag;
  logic [7:0]  nrm_exp;
  logic        add_mag_sign, nrm_sign, rnd_plus;

  sumac_fadd_sum u_sum (
    .big_i    (add_big),
    .small_i  (add_small),
    .sign_i   (add_sign),
    .sub_i    (add_sub),
    .special_i(add_special),
    .nan_i    (add_nan),
    .mag_o    (add_mag),
    .sign_o   (add_mag_sign)
  );

  sumac_stage #(.Width(28), .Register(Depth >= 2)) u_add_mag (
    .clk_i, .en_i, .d_i(add_mag), .q_o(nrm_mag));
  sumac_stage #(.Width(9), .Register(Depth >= 2)) u_add_flags (
    .clk_i, .en_i, .d_i({add_exp, add_mag_sign}), .q_o({nrm_exp, nrm_sign}));

  // A zero sum is -0 only for two operands of sign minus. Nobody asks in a loose word, and no
  // register keeps it.
  if (Loose) begin : gen_no_plus
    assign rnd_plus = 1'b0;
  end else begin : gen_plus
    logic nrm_plus;
    sumac_stage #(.Width(1), .Register(Depth >= 2)) u_add_plus (
      .clk_i, .en_i, .d_i(add_sub), .q_o(nrm_plus));
    sumac_stage #(.Width(1), .Register(Depth == 4)) u_nrm_plus (
      .clk_i, .en_i, .d_i(nrm_plus), .q_o(rnd_plus));
  end

  // ---- Normalise ----
  logic [22:0] nrm_mantissa, rnd_mantissa;
  logic [7:0]  rnd_exp;
  logic [5:0]  nrm_step, rnd_step;
  logic        nrm_up, nrm_carry, nrm_none, rnd_up, rnd_carry, rnd_none, rnd_sign;

  sumac_fadd_normalise u_normalise (
    .mag_i     (nrm_mag),
    .mantissa_o(nrm_mantissa),
    .up_o      (nrm_up),
    .step_o    (nrm_step),
    .carry_o   (nrm_carry),
    .none_o    (nrm_none)
  );

  sumac_stage #(.Width(23), .Register(Depth == 4)) u_nrm_mantissa (
    .clk_i, .en_i, .d_i(nrm_mantissa), .q_o(rnd_mantissa));
  sumac_stage #(.Width(18), .Register(Depth == 4)) u_nrm_flags (
    .clk_i, .en_i, .d_i({nrm_up, nrm_step, nrm_carry, nrm_none, nrm_exp, nrm_sign}),
    .q_o({rnd_up, rnd_step, rnd_carry, rnd_none, rnd_exp, rnd_sign}));

  // ---- Round ----
  logic [31:0] rnd_loose, rnd_word;

  sumac_fadd_round u_round (
    .mantissa_i(rnd_mantissa),
    .up_i      (rnd_up),
    .step_i    (rnd_step),
    .carry_i   (rnd_carry),
    .none_i    (rnd_none),
    .exp_i     (rnd_exp),
    .sign_i    (rnd_sign),
    .plus_i    (rnd_plus),
    .loose_o   (rnd_loose)
  );

  if (Loose) begin : gen_loose_sum
    assign rnd_word = rnd_loose;
  end else begin : gen_word
    sumac_settle #(.ZeroSign(1)) u_settle (.loose_i(rnd_loose), .word_o(rnd_word));
  end

  sumac_stage #(.Width(32), .Register(1)) u_rnd_word (
    .clk_i, .en_i, .d_i(rnd_word), .q_o(sum_o));

endmodule
