// SPDX-License-Identifier: Apache-2.0
//
// Second step of sumac_fadd: the magnitude of the sum or difference of the aligned significands, and
// its sign. Combinational.
//
// The difference is made as small - big - 1, with the complement of big and no carry-in. Where it
// is negative, its complement is big - small. Where it is not, the exponents were equal, small was
// the larger one, and mag_o is one too small, in the unit of the sticky bit: its three low bits are
// ones, and those that sumac_fadd_normalise shifts in are copies of them, so that rounding up gives
// the missing one. In all other cases too may copies of bit 0 be shifted in: it is either 0, or
// sticky.
//
// A sum that is infinite or NaN goes on as a number of the greatest exponent that is neither shifted
// nor rounded: no carry, the unit set, the NaN's bit below it, no guard bit.
//
// Example: big 0x800000 (1.0) and small 0x3000000 (0.75, its unit in bit 26) give mag 0x7000000
// (1.75) with sub 0, 0x1000000 (0.25) with sub 1. With small 0x6000000 (1.5) and sub 1, mag is
// 0x1FFFFFF, one less than 0.5, and the sign is the other one.
module sumac_fadd_sum (
  input  logic [23:0] big_i,
  input  logic [26:0] small_i,
  input  logic        sign_i,     // of big_i
  input  logic        sub_i,      // the signs differ
  input  logic        special_i,  // an operand is infinite or NaN
  input  logic        nan_i,      // the sum is NaN; only with special_i
  output logic [27:0] mag_o,      // bit 27: the carry, bit 26: big_i's unit
  output logic        sign_o
);

  logic [27:0] sum;
  logic [26:0] mag;
  logic        complement;

  assign sum        = ({1'b0, big_i, 3'b000} ^ {28{sub_i}}) + {1'b0, small_i};
  assign complement = sub_i & sum[27];
  assign mag        = sum[26:0] ^ {27{complement}};
  assign mag_o      = {sum[27] & ~sub_i & ~special_i, mag[26] | special_i,
                       (mag[25] & ~special_i) | nan_i, mag[24:3], mag[2] & ~special_i, mag[1:0]};
  assign sign_o     = sign_i ^ (sub_i & ~sum[27]);

endmodule
