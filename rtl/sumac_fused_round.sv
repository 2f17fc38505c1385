// SPDX-License-Identifier: Apache-2.0
//
// Last step of sumac_fused: normalises the sum, rounds it to nearest even and makes the loose word
// (sumac_settle). Combinational.
//
// A negative sum's complement is one less than its magnitude in the unit of the last bit, and, with
// ones below it without end, is the magnitude: so ones are shifted in, and what rounds up is then
// one half or more, or all ones below a half where the last bit kept is odd (a tie). Shifted by 31,
// the most, the complement of -1 has one zero left where Width = 33: a significand of 1.0, exact.
//
// Example (Width = 31): sum 0x6000000 (1.5, its unit in bit 26), exp 127 gives 0x3FC00000; its
// negative, 0x7A000000, gives 0xBFC00000.
module sumac_fused_round #(
  parameter int Width = 31  // of the sum; 29 to 33
) (
  input  logic [Width-1:0] sum_i,      // two's complement; bit 26: the greatest term's unit
  input  logic [7:0]       exp_i,      // the greatest term's exponent
  input  logic             special_i,  // a term is infinite or NaN
  input  logic             minus_i,    // the sign of the infinity
  input  logic             nan_i,
  output logic [31:0]      loose_o
);

  localparam int N = Width - 1;

  logic         fill, zero16, zero8, zero4, zero2, zero1;
  logic [N-1:0] mag, by16, by8, by4, by2, by1;

  assign fill   = sum_i[N];
  assign mag    = sum_i[N-1:0] ^ {N{fill}};
  assign zero16 = mag[N-1 -: 16] == '0;
  assign by16   = zero16 ? {mag[N-17:0], {16{fill}}} : mag;
  assign zero8  = by16[N-1 -: 8] == '0;
  assign by8    = zero8 ? {by16[N-9:0], {8{fill}}} : by16;
  assign zero4  = by8[N-1 -: 4] == '0;
  assign by4    = zero4 ? {by8[N-5:0], {4{fill}}} : by8;
  assign zero2  = by4[N-1 -: 2] == '0;
  assign by2    = zero2 ? {by4[N-3:0], {2{fill}}} : by4;
  assign zero1  = ~by2[N-1];
  assign by1    = zero1 ? {by2[N-2:0], fill} : by2;

  logic        last, half, more, round_up;
  logic [9:0]  exponent;  // less N - 27, which the rounding's adder adds; signed
  logic [32:0] rounded;

  assign last     = N > 31 && fill && !by1[N-1];
  assign half     = by1[N-25];
  assign more     = (by1[N-26:0] ^ {(N-25){fill}}) != '0;
  assign round_up = fill ? (half | (~more & by1[N-24])) & ~last : half & (more | by1[N-24]);
  assign exponent = {2'b00, exp_i} - {5'd0, zero16, zero8, zero4, zero2, zero1};
  assign rounded  = {exponent, by1[N-2 -: 23] & ~{23{last}}} + {10'(N - 27), 22'd0, round_up};

  sumac_product_pack u_pack (
    .sign_i    (special_i ? minus_i : fill),
    .exponent_i(rounded[32:23]),
    .mantissa_i(rounded[22:0]),
    .zero_i    (~by1[N-1] & ~last),
    .top_i     (special_i),
    .nan_i,
    .loose_o
  );

endmodule
