// SPDX-License-Identifier: Apache-2.0
//
// Second step of sumac_fadd: the significands of the two magnitudes, the smaller one shifted right
// to the larger one's exponent. Combinational.
//
// small_o has three bits below the unit of big_o: guard, round, and a sticky bit that stands for
// all that was shifted out; those suffice for a correct rounding of sum and difference. A zero or
// subnormal operand has significand 0. nan_o says that the sum is NaN.
//
// Example: big 0x40000000 (2.0), small 0x3FC00000 (1.5) give exp 128, big 0x800000,
// small 0x600000 * 8 / 1 = 0x3000000, the half of 0xC00000 with three more bits.
module sumac_fadd_align (
  input  logic [30:0] big_i,
  input  logic [30:0] small_i,
  input  logic        sub_i,    // the signs differ
  output logic [7:0]  exp_o,
  output logic [23:0] big_o,
  output logic [26:0] small_o,
  output logic        nan_o
);

  logic [7:0]  small_exp, distance;
  logic        small_normal;
  logic [23:0] significand;

  assign exp_o        = big_i[30:23];
  assign small_exp    = small_i[30:23];
  assign small_normal = small_exp != '0;
  assign significand  = small_normal ? {1'b1, small_i[22:0]} : 24'd0;
  assign big_o        = exp_o != '0 ? {1'b1, big_i[22:0]} : 24'd0;

  // At a distance of 26 the leading one stands just below the round bit; further away, sticky is all there is.
  localparam logic [7:0] MaxDistance = 8'd26;
  logic [49:0] shifted;

  assign distance = exp_o - small_exp;
  assign shifted  = {significand, 26'd0} >> distance[4:0];
  assign small_o  = distance > MaxDistance ? {26'd0, small_normal}
                                           : {shifted[49:24], |shifted[23:0]};

  // A NaN has the largest magnitude of all; of two infinities both exponents are 255.
  assign nan_o = (&exp_o) & ((|big_i[22:0]) | ((&small_exp) & sub_i));

endmodule
