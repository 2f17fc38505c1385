// SPDX-License-Identifier: Apache-2.0
//
// Binary32 words rounded to nearest even to ManBits mantissa bits (docs/arithmetic.md, "Narrow
// operands"): the upper 9 + ManBits bits of the rounded words. Subnormals become zeros of their
// sign, a NaN the one NaN. With ManBits = 23 words pass as they are; the array reads a subnormal
// as zero. Combinational.
//
// Example (Lanes = 1, ManBits = 7): 0x3F818000, half way, becomes 0x3F82.
module sumac_narrow #(
  parameter int Lanes   = 4,
  parameter int ManBits = 23,  // 3 to 23
  localparam int W      = 9 + ManBits
) (
  input  logic [Lanes*32-1:0] words_i,
  output logic [Lanes*W-1:0]  words_o
);

  if (ManBits == 23) begin : gen_all
    assign words_o = words_i;
  end else begin : gen_round
    localparam int Drop = 23 - ManBits;

    for (genvar i = 0; i < Lanes; i++) begin : gen_lane
      logic [31:0]  word;
      logic         zero, infinite, nan, up;
      logic [W-2:0] magnitude;

      assign word     = words_i[i*32 +: 32];
      assign zero     = word[30:23] == '0;
      assign infinite = (word[30:23] == '1) & (word[22:0] == '0);
      assign nan      = (word[30:23] == '1) & (word[22:0] != '0);
      // Above half, or half and odd.
      assign up       = word[Drop-1] & (((word & 32'((1 << (Drop - 1)) - 1)) != '0) | word[Drop]);
      assign magnitude = word[30:Drop] + {{W - 2{1'b0}}, up & ~infinite};
      assign words_o[i*W +: W] = nan  ? {1'b0, 8'hFF, 1'b1, {ManBits - 1{1'b0}}}
                               : zero ? {word[31], {W - 1{1'b0}}}
                                      : {word[31], magnitude};
    end
  end

endmodule
