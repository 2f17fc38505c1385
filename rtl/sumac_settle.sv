// SPDX-License-Identifier: Apache-2.0
//
// From a loose word to the binary32 word that it stands for. Combinational.
//
// Loose words are what products and partial sums are inside the array: binary32, but
//   exponent 0    a zero, whatever the sign and the mantissa
//   exponent 255  NaN where mantissa bit 22 is set, whatever the rest; else an infinity, whatever
//                 the rest but the sign
// so that whoever makes one only sets the exponent, and nobody clears a mantissa. A binary32 word
// is a loose word, subnormals too, but for a NaN with bit 22 clear (sumac_loosen).
//
// Example: 0x80000001 gives 0 (with ZeroSign: 0x80000000), 0xFF812345 gives 0xFF800000, -infinity,
// 0xFFC00001 gives the NaN 0x7FC00000; 0x3F800001 stays.
module sumac_settle #(
  parameter bit ZeroSign = 0  // 1: a zero keeps its sign; 0: it is +0
) (
  input  logic [31:0] loose_i,
  output logic [31:0] word_o
);

  logic is_zero, is_top, is_nan;

  assign is_zero = loose_i[30:23] == '0;
  assign is_top  = &loose_i[30:23];
  assign is_nan  = is_top & loose_i[22];

  assign word_o = {loose_i[31] & ~is_nan & (ZeroSign | ~is_zero), loose_i[30:23],
                   loose_i[22] & ~is_zero, loose_i[21:0] & ~{22{is_zero | is_top}}};

endmodule
