// SPDX-License-Identifier: Apache-2.0
//
// The accumulator by groups (docs/arithmetic.md, "fused"): Group products and a partial sum,
// aligned to the greatest exponent, added as integers, rounded once. Loose words (sumac_settle) in
// and out.
//
// Latency: Depth enabled clock edges from the terms to sum_o, one group a cycle. en_i = 0 holds
// every register. No handshake and no reset. Registers stand after: Depth 1 round; 2 sum, round;
// 3 align, sum, round; 4 order, align, sum, round.
//
// Example (Group = 4, Depth = 2): psum 1.0 and products 1.0, 2.0, 4.0 and a zero before edge 0
// give 8.0 after edge 1.
module sumac_fused #(
  parameter int Group = 4,  // products a group, 1 to 16
  parameter int Depth = 1   // pipeline registers, 1 to 4
) (
  input  logic                clk_i,
  input  logic                en_i,
  input  logic [Group*32-1:0] products_i,
  input  logic [31:0]         psum_i,
  output logic [31:0]         sum_o
);

  if (Group < 1 || Group > 16) begin : gen_illegal_group
    sumac_error_Group_must_be_1_to_16 error ();
  end
  if (Depth < 1 || Depth > 4) begin : gen_illegal_depth
    sumac_error_AddDepth_must_be_1_to_4 error ();
  end

  localparam int Terms = Group + 1;
  localparam int Width = 28 + $clog2(Terms);

  // ---- Order: the greatest exponent; infinities and NaNs ----
  logic [Terms*32-1:0] ord_terms, aln_terms;
  logic [7:0]          ord_exp, aln_exp, add_exp, rnd_exp;
  logic [2:0]          ord_top, aln_top, add_top, rnd_top;  // special, minus, NaN
  logic                ord_plus, ord_minus, ord_nan;

  assign ord_terms = {psum_i, products_i};

  // A binary tree: node i is the greater of 2 i + 1 and 2 i + 2, the last Terms nodes are the terms'.
  logic [(2*Terms-1)*8-1:0] node;

  always_comb begin
    for (int i = 0; i < Terms; i++) node[(Terms-1+i)*8 +: 8] = ord_terms[i*32+23 +: 8];
    for (int i = Terms - 2; i >= 0; i--) begin
      node[i*8 +: 8] = node[(2*i+1)*8 +: 8] > node[(2*i+2)*8 +: 8] ? node[(2*i+1)*8 +: 8]
                                                                   : node[(2*i+2)*8 +: 8];
    end
  end

  assign ord_exp = node[7:0];

  always_comb begin
    ord_plus  = 1'b0;
    ord_minus = 1'b0;
    ord_nan   = 1'b0;
    for (int i = 0; i < Terms; i++) begin
      if (&ord_terms[i*32+23 +: 8]) begin
        ord_nan   = ord_nan | ord_terms[i*32+22];
        ord_plus  = ord_plus | ~ord_terms[i*32+31];
        ord_minus = ord_minus | ord_terms[i*32+31];
      end
    end
  end

  assign ord_top = {&ord_exp, ord_minus, ord_nan | (ord_plus & ord_minus)};

  sumac_stage #(.Width(Terms * 32), .Register(Depth == 4)) u_ord_terms (
    .clk_i, .en_i, .d_i(ord_terms), .q_o(aln_terms));
  sumac_stage #(.Width(11), .Register(Depth == 4)) u_ord_flags (
    .clk_i, .en_i, .d_i({ord_exp, ord_top}), .q_o({aln_exp, aln_top}));

  // ---- Align: every significand to that exponent, with its sign ----
  logic [Terms*28-1:0] aln_aligned, add_aligned;

  for (genvar i = 0; i < Terms; i++) begin : gen_align
    sumac_fused_align u_align (
      .term_i   (aln_terms[i*32 +: 32]),
      .exp_i    (aln_exp),
      .aligned_o(aln_aligned[i*28 +: 28])
    );
  end

  sumac_stage #(.Width(Terms * 28), .Register(Depth >= 3)) u_aln_aligned (
    .clk_i, .en_i, .d_i(aln_aligned), .q_o(add_aligned));
  sumac_stage #(.Width(11), .Register(Depth >= 3)) u_aln_flags (
    .clk_i, .en_i, .d_i({aln_exp, aln_top}), .q_o({add_exp, add_top}));

  // ---- Sum: exact; a negative term is a complement, which lacks one ----
  logic [Width-1:0] add_sum, rnd_sum;

  always_comb begin
    add_sum = '0;
    for (int i = 0; i < Terms; i++) begin
      add_sum = add_sum + {{(Width-28){add_aligned[i*28+27]}}, add_aligned[i*28 +: 28]} +
                Width'(add_aligned[i*28+27]);
    end
  end

  sumac_stage #(.Width(Width), .Register(Depth >= 2)) u_add_sum (
    .clk_i, .en_i, .d_i(add_sum), .q_o(rnd_sum));
  sumac_stage #(.Width(11), .Register(Depth >= 2)) u_add_flags (
    .clk_i, .en_i, .d_i({add_exp, add_top}), .q_o({rnd_exp, rnd_top}));

  // ---- Round: normalised, rounded ----
  logic [31:0] rnd_loose;

  sumac_fused_round #(.Width(Width)) u_round (
    .sum_i    (rnd_sum),
    .exp_i    (rnd_exp),
    .special_i(rnd_top[2]),
    .minus_i  (rnd_top[1]),
    .nan_i    (rnd_top[0]),
    .loose_o  (rnd_loose)
  );

  sumac_stage #(.Width(32), .Register(1)) u_rnd_word (
    .clk_i, .en_i, .d_i(rnd_loose), .q_o(sum_o));

endmodule
