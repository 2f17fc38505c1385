// SPDX-License-Identifier: Apache-2.0
//
// Something that is waited for happens within Cycles cycles of waiting, cycles with hold_i not
// counted: Given = 0 asserts it, 1 assumes it (whoever is at the other side is fair).
module bound #(
  parameter int Cycles = 2,
  parameter int Given  = 0
) (
  input logic clk_i,
  input logic rst_ni,
  input logic wait_i,
  input logic happens_i,
  input logic hold_i
);

  localparam int CountW = $clog2(Cycles + 1);
  logic [CountW-1:0] count_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= '0;
    else if (!wait_i || happens_i) count_q <= '0;
    else if (!hold_i) count_q <= count_q + CountW'(1);
  end

  logic late;
  assign late = wait_i & ~happens_i & ~hold_i & (count_q >= CountW'(Cycles - 1));

  if (Given == 1) begin : gen_given
    always_comb assume (!late);
  end else begin : gen_claimed
    always_comb if (late) assert (1'b0);  // not in time: it stands still
  end

endmodule
