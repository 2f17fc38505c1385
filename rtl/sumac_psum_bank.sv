// SPDX-License-Identifier: Apache-2.0
//
// A column's bank of partial sums, one write and one read a cycle, and the choice of what enters
// the column at the top. Control passes on to the next column, one enabled edge later.
//
// Latency: read_i, read_row_i in cycle t; top_o in cycle t + 1 is the row's word where read_i was
// set, else init_i of cycle t + 1. A word written in cycle t can be read from cycle t + 1 on.
// en_i = 0 holds everything. The memory is not reset: a row is written before it is read.
//
// Example: write row 5 in cycle 0, read it in cycle 1: it is at top_o in cycle 2.
module sumac_psum_bank #(
  parameter int PsumDepth = 256,  // rows, a power of two
  localparam int RowW     = $clog2(PsumDepth)
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            en_i,
  // Control, from the left and on to the right.
  input  logic            read_i,
  input  logic [RowW-1:0] read_row_i,
  input  logic            write_i,
  input  logic [RowW-1:0] write_row_i,
  output logic            read_o,
  output logic [RowW-1:0] read_row_o,
  output logic            write_o,
  output logic [RowW-1:0] write_row_o,
  // Data: from the column's bottom, and to its top.
  input  logic [31:0]     sum_i,
  input  logic [31:0]     init_i,  // the partial sum where it does not come from the bank
  output logic [31:0]     top_o
);

  logic [31:0] bank_q [PsumDepth];
  logic [31:0] word_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (write_i) bank_q[write_row_i] <= sum_i;
      if (read_i) word_q <= bank_q[read_row_i];
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      read_row_o  <= read_row_i;
      write_row_o <= write_row_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_o  <= 1'b0;
      write_o <= 1'b0;
    end else if (en_i) begin
      read_o  <= read_i;
      write_o <= write_i;
    end
  end

  assign top_o = read_o ? word_q : init_i;

endmodule
