// SPDX-License-Identifier: Apache-2.0
//
// Whether a coordinate t = start + a + b lies on an element: 0 <= t < limit and t a multiple of the
// dilation (mask = dilation - 1, a power of two). Combinational; t wraps at CoordW bits, and its
// upper bit is its sign.
//
// Example: start -1, a 0, b 2, limit 28, mask 0: t is 1, which exists; b 0 gives -1, padding.
module sumac_bound #(
  parameter int CoordW = 16,
  parameter int MaskW  = 3
) (
  input  logic [CoordW-1:0] a_i,
  input  logic [CoordW-1:0] b_i,
  input  logic [CoordW-1:0] start_i,
  input  logic [CoordW-1:0] limit_i,  // extent * dilation, below 2^(CoordW-1)
  input  logic [MaskW-1:0]  mask_i,
  output logic              exists_o
);

  logic [CoordW-1:0] t;
  assign t        = start_i + a_i + b_i;
  assign exists_o = ~t[CoordW-1] & (t < limit_i) & ((t[MaskW-1:0] & mask_i) == '0);

endmodule
