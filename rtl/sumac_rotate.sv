// SPDX-License-Identifier: Apache-2.0
//
// Turns a ring of lanes: lane i of the output is lane (i + by_i) modulo Lanes of the input.
// Combinational, log2(Lanes) levels of two-way selections.
//
// Example (Lanes = 4): by 1 makes lanes 0, 1, 2, 3 of 10, 11, 12, 13 into 11, 12, 13, 10.
module sumac_rotate #(
  parameter int Lanes = 16,  // a power of two, at least 2
  parameter int Width = 32,
  localparam int ByW  = $clog2(Lanes)
) (
  input  logic [ByW-1:0]         by_i,
  input  logic [Lanes*Width-1:0] d_i,
  output logic [Lanes*Width-1:0] q_o
);

  always_comb begin
    q_o = d_i;
    for (int s = 0; s < ByW; s++) begin
      if (by_i[s]) q_o = (q_o >> (Width << s)) | (q_o << (Lanes * Width - (Width << s)));
    end
  end

endmodule
