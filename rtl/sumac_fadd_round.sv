// SPDX-License-Identifier: Apache-2.0
//
// Last step of sumac_fadd: rounds the normalised sum and makes the loose word (sumac_settle).
// Combinational. One adder does exponent and rounding, whose carry may go up to the exponent.
//
// A tiny sum becomes a zero, which needs no look at its rounding: sums of two normal numbers below
// 2^-126 are exact. An infinity or NaN comes as a sum with step 0 that is not rounded
// (sumac_fadd_sum), so that its exponent stays.
//
// Example: mantissa 0x7FFFFF with up, step 1, exp 127, sign 0 gives 0x40800000 (4.0).
module sumac_fadd_round (
  input  logic [22:0] mantissa_i,  // up to none_i: see sumac_fadd_normalise
  input  logic        up_i,
  input  logic [5:0]  step_i,
  input  logic        carry_i,
  input  logic        none_i,
  input  logic [7:0]  exp_i,       // of the larger operand
  input  logic        sign_i,
  input  logic        plus_i,      // a zero sum is +0
  output logic [31:0] loose_o
);

  // Its exponent in [0 - 30, 255], 9 bits, signed.
  logic [31:0] rounded;

  assign rounded = {1'b0, exp_i, mantissa_i} + {{3{step_i[5]}}, step_i, 22'd0, up_i};

  // Exponent 0 is a zero's. The mantissa of an overflow is 0, but after a carry: then the bit that
  // would make a NaN of it is cleared.
  logic       zero;
  logic [7:0] field;

  assign zero    = rounded[31] | none_i;
  assign field   = rounded[30:23] & ~{8{zero}};
  assign loose_o = {sign_i & ~(plus_i & (none_i | (exp_i == '0))), field,
                    rounded[22] & ~((&rounded[30:23]) & carry_i), rounded[21:0]};

endmodule
