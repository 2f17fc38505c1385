// SPDX-License-Identifier: Apache-2.0
//
// A word delayed by Depth enabled clock edges; 0 is a wire. Cleared by reset where Reset is set
// (control), else not (data).
//
// Example (Depth = 3): what is at d_i before edges 0, 1, 2 is at q_o after edges 2, 3, 4.
module sumac_delay #(
  parameter int Width = 32,
  parameter int Depth = 1,
  parameter bit Reset = 0
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             en_i,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  if (Depth == 0) begin : gen_wire
    assign q_o = d_i;
  end else begin : gen_line
    logic [Depth*Width-1:0] line_d, line_q;

    if (Depth == 1) begin : gen_one
      assign line_d = d_i;
    end else begin : gen_more
      assign line_d = {line_q[(Depth-1)*Width-1:0], d_i};
    end

    if (Reset) begin : gen_reset
      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) line_q <= '0;
        else if (en_i) line_q <= line_d;
      end
    end else begin : gen_no_reset
      always_ff @(posedge clk_i) begin
        if (en_i) line_q <= line_d;
      end
    end

    assign q_o = line_q[Depth*Width-1 -: Width];
  end

  // Waived: a wire uses neither clock, enable nor reset, data no reset.
  // verilator lint_off UNUSED
  logic unused;
  assign unused = ^{clk_i, rst_ni, en_i};
  // verilator lint_on UNUSED

endmodule
