// SPDX-License-Identifier: Apache-2.0
//
// Last step of sumac_fadd: normalises the sum of the significands, rounds it to nearest even and
// packs the word. Combinational.
//
// sum_i: bit 27 is the carry, bit 26 the unit's place of the larger operand, bits 2 to 0 guard,
// round and sticky. A difference that loses more than one leading bit is exact, so the bits
// shifted in from below are right. A tiny sum is flushed to a zero of its sign, which needs no
// look at its rounding: sums of two normal numbers below 2^-126 are exact.
//
// Example: sum 0x6000000 (1.5 with its unit in bit 26), exp 127, sign 0 gives 0x3FC00000.
module sumac_fadd_round (
  input  logic [27:0] sum_i,
  input  logic [7:0]  exp_i,   // of the larger operand
  input  logic        sign_i,  // of the larger operand
  input  logic        sub_i,   // the signs differ
  input  logic        nan_i,
  output logic [31:0] word_o
);

  // Leading zeros and normalisation together, by halves: the leading one comes to bit 27.
  logic        zero16, zero8, zero4, zero2, zero1;
  logic [27:0] by16, by8, by4, by2;
  logic [26:0] normal;  // below the leading one

  assign zero16 = sum_i[27:12] == '0;
  assign by16   = zero16 ? sum_i << 16 : sum_i;
  assign zero8  = by16[27:20] == '0;
  assign by8    = zero8 ? by16 << 8 : by16;
  assign zero4  = by8[27:24] == '0;
  assign by4    = zero4 ? by8 << 4 : by8;
  assign zero2  = by4[27:26] == '0;
  assign by2    = zero2 ? by4 << 2 : by4;
  assign zero1  = ~by2[27];
  assign normal = zero1 ? {by2[25:0], 1'b0} : by2[26:0];

  // Biased exponent in [0 + 1 - 31, 255 + 1]: 10 bits, signed. Rounding may carry into it.
  logic [9:0]  exponent;
  logic        round_up;
  logic [32:0] rounded;
  logic [30:0] magnitude;

  assign exponent = {2'b00, exp_i} + 10'd1 -
                    {5'd0, zero16, zero8, zero4, zero2, zero1};
  assign round_up = normal[3] & (normal[4] | (|normal[2:0]));
  assign rounded  = {exponent, normal[26:4]} + 33'(round_up);
  assign magnitude = rounded[30:0];

  // A zero sum is -0 only for two operands of sign minus. An infinite operand has exponent 255.
  logic none, tiny, overflow;

  assign none     = sum_i == '0;
  assign tiny     = exponent[9] | (exponent == '0);
  assign overflow = (&exp_i) | (~rounded[32] & (rounded[31] | (&rounded[30:23])));

  always_comb begin
    if (nan_i) begin
      word_o = 32'h7FC00000;
    end else if (overflow) begin
      word_o = {sign_i, 31'h7F800000};
    end else if (none) begin
      word_o = {sign_i & ~sub_i, 31'd0};
    end else if (tiny) begin
      word_o = {sign_i, 31'd0};
    end else begin
      word_o = {sign_i, magnitude};
    end
  end

endmodule
