// SPDX-License-Identifier: Apache-2.0
//
// One term of sumac_fused: the significand of a loose word (sumac_settle) shifted right to the
// greatest exponent of all terms, complemented where the sign is minus. Combinational.
//
// Below the significand are three bits. What is shifted out of them makes the last one 1, unless
// nothing is left above: a distance from 27 on gives 0, and so does a zero. A negative term is the
// complement, one less than the term.
//
// Example: 0x3FC00000 (1.5) with the greatest exponent 128 gives 0x3000000, three quarters of the
// unit 0x4000000; 0xBFC00000 gives its complement, 0xCFFFFFF.
module sumac_fused_align (
  input  logic [31:0] term_i,
  input  logic [7:0]  exp_i,     // the greatest
  output logic [27:0] aligned_o  // two's complement
);

  logic [7:0] exponent, distance;
  logic       out;

  assign exponent = term_i[30:23];
  assign distance = exp_i - exponent;
  assign out      = (exponent == '0) | (|distance[7:5]) |
                    ((&distance[4:3]) & (distance[2] | (&distance[1:0])));

  // By 1, 2, 4, 8, 16. Three bits fit below the significand: from the shift by 4 on some are lost.
  logic [26:0] x0, x1, x2, x4, x8, x16, magnitude;
  logic        lost;

  assign x0   = {1'b1, term_i[22:0], 3'b000};
  assign x1   = distance[0] ? x0 >> 1 : x0;
  assign x2   = distance[1] ? x1 >> 2 : x1;
  assign x4   = distance[2] ? x2 >> 4 : x2;
  assign x8   = distance[3] ? x4 >> 8 : x4;
  assign x16  = distance[4] ? x8 >> 16 : x8;
  assign lost = (distance[2] & (|x2[3:0])) | (distance[3] & (|x4[7:0])) |
                (distance[4] & (|x8[15:0]));

  assign magnitude = {x16[26:1], x16[0] | lost} & ~{27{out}};
  assign aligned_o = {1'b0, magnitude} ^ {28{term_i[31]}};

endmodule
