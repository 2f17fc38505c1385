// SPDX-License-Identifier: Apache-2.0
//
// Out neighbouring words of a row of In: lane i of the output is word i + by_i of the row, modulo
// the larger of In and Out. Combinational. By sumac_rotate.
//
// Example (In = 16, Out = 4): by 14 gives the words 14, 15, 0, 1.
module sumac_lanes #(
  parameter int In      = 16,  // a power of two
  parameter int Out     = 4,   // a power of two
  localparam int Lanes  = In > Out ? In : Out,
  localparam int TurnW  = $clog2(Lanes)
) (
  input  logic [TurnW-1:0]  by_i,
  input  logic [In*32-1:0]  d_i,
  output logic [Out*32-1:0] q_o
);

  // Waived: lanes that are not given.
  // verilator lint_off UNUSED
  logic [Lanes*32-1:0] lanes, turned;
  // verilator lint_on UNUSED

  if (Lanes == In) begin : gen_wide_in
    assign lanes = d_i;
  end else begin : gen_wide_out
    assign lanes = {{(Lanes - In) * 32{1'b0}}, d_i};
  end

  sumac_rotate #(.Lanes(Lanes), .Width(32)) u_turn (.by_i, .d_i(lanes), .q_o(turned));
  assign q_o = turned[Out*32-1:0];

endmodule
