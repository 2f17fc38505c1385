// SPDX-License-Identifier: Apache-2.0
//
// Which rows of the partial-sum banks have a write on its way: a bit a row, set by the beat that
// will write it, cleared in time for the next one that touches it.
//
// busy_o answers for row_i in the same cycle; set_i and clear_i count from the next cycle on.
//
// Example: set row 3 in cycle 0, clear row 3 in cycle 9: busy_o for row 3 in cycles 1 to 9.
module sumac_scoreboard #(
  parameter int PsumDepth = 256,  // rows, a power of two
  localparam int RowW     = $clog2(PsumDepth)
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            en_i,
  input  logic [RowW-1:0] row_i,       // row asked for, and set
  output logic            busy_o,
  input  logic            set_i,
  input  logic            clear_i,
  input  logic [RowW-1:0] clear_row_i
);

  logic [PsumDepth-1:0] pending_q;

  assign busy_o = pending_q[row_i];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= '0;
    end else if (en_i) begin
      if (clear_i) pending_q[clear_row_i] <= 1'b0;
      if (set_i) pending_q[row_i] <= 1'b1;
    end
  end

endmodule
