// SPDX-License-Identifier: Apache-2.0
//
// A techmap for Yosys: an unsigned $mul as radix-4 Booth rows, whose sum Yosys makes a carry-save
// tree. For versions that have no `booth` pass of their own, so that the multiplier is at its best.
//
// Digit i of B is -2, -1, 0, 1 or 2: row i is A times its magnitude, inverted where it is negative,
// and the 1 that completes the negation stands in the two free bits below row i + 1. A row's sign
// bit s at weight 2^n is replaced by ~s and -2^n, and the -2^n of all rows are one constant.
//
// Example: B = 6 = 2 * 4 - 2: rows -2A and 2A * 4.
(* techmap_celltype = "$mul" *)
module booth_mul (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;

  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;

  wire _TECHMAP_FAIL_ = A_SIGNED || B_SIGNED || A_WIDTH < 4 || B_WIDTH < 4;

  localparam Digits = B_WIDTH / 2 + 1;
  localparam RowBits = A_WIDTH + 1;

  // -(2^RowBits) (1 + 4 + 16 + ...), modulo 2^Y_WIDTH.
  function [Y_WIDTH-1:0] signs;
    input dummy;
    integer k;
    begin
      signs = 0;
      for (k = 0; k < Digits; k = k + 1) begin
        if (RowBits + 2 * k < Y_WIDTH) signs = signs - ({{(Y_WIDTH - 1){1'b0}}, 1'b1} << (RowBits + 2 * k));
      end
    end
  endfunction

  localparam [Y_WIDTH-1:0] Signs = signs(0);

  wire [2*Digits:0] digits = {{(2 * Digits - B_WIDTH){1'b0}}, B, 1'b0};
  wire [Digits:0] negative;
  wire [Y_WIDTH*(Digits+1)-1:0] sums;

  assign negative[0] = 1'b0;
  assign sums[Y_WIDTH-1:0] = Signs;

  genvar i;
  generate
    for (i = 0; i < Digits; i = i + 1) begin : row
      wire high = digits[2*i+2], middle = digits[2*i+1], low = digits[2*i];
      wire one = middle ^ low;
      wire two = high ? ~middle & ~low : middle & low;
      wire [RowBits-1:0] times = ({RowBits{one}} & {1'b0, A}) | ({RowBits{two}} & {A, 1'b0});
      wire [RowBits:0] bits = {~high, times ^ {RowBits{high}}};
      wire [Y_WIDTH-1:0] placed;
      if (i == 0) begin : first
        assign placed = bits;
      end else begin : later
        wire [RowBits+2:0] completed = {bits, 1'b0, negative[i]};
        assign placed = {{Y_WIDTH{1'b0}}, completed} << (2 * i - 2);
      end
      assign negative[i+1] = high;
      assign sums[Y_WIDTH*(i+1) +: Y_WIDTH] = sums[Y_WIDTH*i +: Y_WIDTH] + placed;
    end
  endgenerate

  // The last digit's upper bit is a zero of the extension: it is never negative.
  assign Y = sums[Y_WIDTH*Digits +: Y_WIDTH];
endmodule
