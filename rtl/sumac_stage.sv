// SPDX-License-Identifier: Apache-2.0
//
// A pipeline boundary: a register with enable, or a wire, as Register says. No reset: for data.
// Latency: Register enabled clock edges.
//
// Example: Register = (Depth >= 2) puts a register here in pipelines of two stages and more.
module sumac_stage #(
  parameter int Width    = 32,
  parameter bit Register = 1
) (
  input  logic             clk_i,
  input  logic             en_i,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  if (Register) begin : gen_register
    logic [Width-1:0] value_q;
    always_ff @(posedge clk_i) begin
      if (en_i) value_q <= d_i;
    end
    assign q_o = value_q;
  end else begin : gen_wire
    // Waived: a boundary without a register has no use for the clock and its enable.
    // verilator lint_off UNUSED
    logic unused;
    assign unused = ^{clk_i, en_i};
    // verilator lint_on UNUSED
    assign q_o = d_i;
  end

endmodule
