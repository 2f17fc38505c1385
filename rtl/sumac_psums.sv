// SPDX-License-Identifier: Apache-2.0
//
// The way of the partial sums around the array: from the stream, the banks or +0 to the tops of
// the columns, and from their bottoms to the banks. What enters at the top are loose words
// (sumac_settle): the stream's are made so, the banks' are binary32 from the bottoms. One bank a
// column, read and written skewed as the array is, so that the way back to the top does not depend
// on the number of columns.
//
// Latency: for a beat of cycle t, the bank of column c is read in cycle t + 2 + c, top_o of
// column c is due in t + 3 + c, its sum is expected at sum_i in t + 3 + Latency + c and written to
// the bank in that cycle; result_o and any_o are high when the last column's sum is there. A bank
// row stays busy until a beat of cycle t + Latency + 2, whose read is the first to find the sum.
//
// Example (Latency = 8): a beat of cycle 0 writes row 5; bank_busy_o holds a beat on row 5 until
// cycle 10.
module sumac_psums #(
  parameter int Latency   = 32,   // of the array, from top_o to sum_i
  parameter int Cols      = 16,
  parameter int PsumDepth = 256,  // rows of the banks, a power of two
  localparam int RowW     = $clog2(PsumDepth)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               en_i,
  // The beat.
  input  logic [RowW-1:0]    row_i,
  input  logic               from_stream_i,
  input  logic               from_bank_i,
  input  logic               to_bank_i,
  input  logic               to_result_i,
  output logic               bank_busy_o,  // row_i is still to be written; not for data of a beat
  input  logic [Cols*32-1:0] psum_data_i,
  // The array.
  output logic [Cols*32-1:0] top_o,
  input  logic [Cols*32-1:0] sum_i,
  // The last column has a sum: of a row for the result stream; of any row.
  output logic               result_o,
  output logic               any_o
);

  // ---- Control that leaves with the sums ----
  localparam int TagW = RowW + 2;
  logic            clear_bank, clear_result, write_bank, write_result;
  logic [RowW-1:0] clear_row, write_row;

  sumac_delay #(.Width(TagW), .Depth(Latency + 1), .Reset(1)) u_flight (
    .clk_i, .rst_ni, .en_i, .d_i({to_bank_i, to_result_i, row_i}),
    .q_o({clear_bank, clear_result, clear_row}));
  sumac_delay #(.Width(TagW), .Depth(2), .Reset(1)) u_to_bottom (
    .clk_i, .rst_ni, .en_i, .d_i({clear_bank, clear_result, clear_row}),
    .q_o({write_bank, write_result, write_row}));
  sumac_delay #(.Width(2), .Depth(Cols - 1), .Reset(1)) u_to_last_column (
    .clk_i, .rst_ni, .en_i, .d_i({write_result, write_result | write_bank}),
    .q_o({result_o, any_o}));

  sumac_scoreboard #(
    .PsumDepth(PsumDepth)
  ) u_scoreboard (
    .clk_i,
    .rst_ni,
    .en_i,
    .row_i,
    .busy_o     (bank_busy_o),
    .set_i      (to_bank_i),
    .clear_i    (clear_bank),
    .clear_row_i(clear_row)
  );

  // ---- What enters where no bank is read: the stream's row, or +0 ----
  logic [Cols*32-1:0] init, init_skewed;

  for (genvar c = 0; c < Cols; c++) begin : gen_init
    logic [31:0] loose;
    sumac_loosen u_loosen (.word_i(psum_data_i[c*32 +: 32]), .loose_o(loose));
    assign init[c*32 +: 32] = from_stream_i ? loose : '0;
  end

  sumac_skew #(.Lanes(Cols), .First(3)) u_skew_init (
    .clk_i, .rst_ni, .en_i, .d_i(init), .q_o(init_skewed));

  // ---- The banks, with their control moving right ----
  logic            read_bank;
  logic [RowW-1:0] read_row;

  sumac_delay #(.Width(1 + RowW), .Depth(2), .Reset(1)) u_to_top (
    .clk_i, .rst_ni, .en_i, .d_i({from_bank_i, row_i}), .q_o({read_bank, read_row}));

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    logic            read_in, write_in;
    logic [RowW-1:0] read_row_in, write_row_in;
    // Waived: to the right of the last column nobody takes it.
    // verilator lint_off UNUSED
    logic            read, write;
    logic [RowW-1:0] read_at, write_at;
    // verilator lint_on UNUSED

    if (c == 0) begin : gen_first
      assign {read_in, read_row_in}   = {read_bank, read_row};
      assign {write_in, write_row_in} = {write_bank, write_row};
    end else begin : gen_next
      assign {read_in, read_row_in}   = {gen_col[c-1].read, gen_col[c-1].read_at};
      assign {write_in, write_row_in} = {gen_col[c-1].write, gen_col[c-1].write_at};
    end

    sumac_psum_bank #(
      .PsumDepth(PsumDepth)
    ) u_bank (
      .clk_i,
      .rst_ni,
      .en_i,
      .read_i     (read_in),
      .read_row_i (read_row_in),
      .write_i    (write_in),
      .write_row_i(write_row_in),
      .read_o     (read),
      .read_row_o (read_at),
      .write_o    (write),
      .write_row_o(write_at),
      .sum_i      (sum_i[c*32 +: 32]),
      .init_i     (init_skewed[c*32 +: 32]),
      .top_o      (top_o[c*32 +: 32])
    );
  end

endmodule
