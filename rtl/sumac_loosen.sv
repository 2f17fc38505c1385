// SPDX-License-Identifier: Apache-2.0
//
// From any binary32 word to a loose word (sumac_settle) for it: a NaN gets its bit 22 set; all
// other words are loose as they are. Combinational.
//
// Example: 0x7F800001 gives 0x7FC00001; 0xFF800000, -infinity, stays.
module sumac_loosen (
  input  logic [31:0] word_i,
  output logic [31:0] loose_o
);

  assign loose_o = {word_i[31:23], word_i[22] | ((&word_i[30:23]) & (|word_i[21:0])),
                    word_i[21:0]};

endmodule
