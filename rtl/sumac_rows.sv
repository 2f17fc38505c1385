// SPDX-License-Identifier: Apache-2.0
//
// A FIFO of rows of Cols words that are filled by the reader a few words at a time (sumac_read) and
// given whole: the first partial sums, the residual, the vectors of the epilogue.
//
// in_count_i words go to the row's next columns; in_last_i ends the row, whose other columns keep
// what they held before. The input cannot be refused: whoever asks for rows takes their room with
// take_i (so many rows, at most room_o); it is given back as each row leaves.
//
// Valid/ready at the output. A row that ends in cycle t is valid in t + 3; then one row a cycle.
//
// Example (Cols = 4): words 1, 2 and then 3, 4 with in_last_i make the row 1, 2, 3, 4.
module sumac_rows #(
  parameter int Cols     = 16,   // a power of two, at least 2
  parameter int BusWords = 4,    // a power of two, at least 2
  parameter int Depth    = 512,  // rows, a power of two, at least 2
  localparam int CountW  = $clog2(BusWords) + 1,
  localparam int RowW    = $clog2(Depth)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [RowW:0]          take_i,
  output logic [RowW:0]          room_o,
  input  logic                   in_valid_i,
  input  logic [CountW-1:0]      in_count_i,  // 1 to BusWords, and to the columns left
  input  logic [BusWords*32-1:0] in_data_i,
  input  logic                   in_last_i,
  output logic                   out_valid_o,
  input  logic                   out_ready_i,
  output logic [Cols*32-1:0]     out_data_o
);

  localparam int ColW  = $clog2(Cols);
  localparam int Lanes = Cols > BusWords ? Cols : BusWords;
  localparam int LaneW = $clog2(Lanes);

  if (Cols < 2 || 2 ** ColW != Cols) begin : gen_illegal_cols
    sumac_error_Cols_must_be_a_power_of_two_and_at_least_2 error ();
  end
  if (Depth < 2 || 2 ** RowW != Depth) begin : gen_illegal_depth
    sumac_error_Depth_must_be_a_power_of_two_and_at_least_2 error ();
  end

  logic en;  // the output side moves; a function of a register alone

  // ---- Rows ----
  logic [RowW:0] in_q, out_q;  // the upper bit tells full from empty
  logic [RowW:0] held_q;                // rows whose room is taken
  logic          end_row, get, leave;

  assign room_o  = (RowW + 1)'(Depth) - held_q;
  assign end_row = in_valid_i & in_last_i;
  assign get     = en & (in_q != out_q);
  assign leave   = out_valid_o & out_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      in_q    <= '0;
      out_q   <= '0;
      held_q  <= '0;
    end else begin
      in_q    <= in_q + (RowW + 1)'(end_row);
      out_q   <= out_q + (RowW + 1)'(get);
      held_q  <= held_q + take_i - (RowW + 1)'(leave);
    end
  end

  // ---- Words to their columns ----
  logic [ColW-1:0]     col_q;
  // Waived: a bus wider than a row has lanes that no row uses.
  // verilator lint_off UNUSED
  logic [Lanes*32-1:0] lanes, turned;
  // verilator lint_on UNUSED

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) col_q <= '0;
    else if (in_valid_i) col_q <= in_last_i ? '0 : col_q + ColW'(in_count_i);
  end

  if (Lanes == BusWords) begin : gen_wide_bus
    assign lanes = in_data_i;
  end else begin : gen_wide_row
    assign lanes = {{(Lanes - BusWords) * 32{1'b0}}, in_data_i};
  end

  sumac_rotate #(.Lanes(Lanes), .Width(32)) u_place (
    .by_i(LaneW'(0) - LaneW'(col_q)), .d_i(lanes), .q_o(turned));

  logic [Cols*32-1:0] row;

  for (genvar c = 0; c < Cols; c++) begin : gen_bank
    logic [31:0]     words[Depth];
    logic [31:0]     q;
    logic [ColW-1:0] lane;

    // A column that has its word has a lane past the count, which is at most Cols - col_q.
    assign lane = ColW'(c) - col_q;
    always_ff @(posedge clk_i) begin
      if (in_valid_i && 32'(lane) < 32'(in_count_i)) begin
        words[in_q[RowW-1:0]] <= turned[c*32 +: 32];
      end
      if (en) q <= words[out_q[RowW-1:0]];
    end
    assign row[c*32 +: 32] = q;
  end

  // ---- Out ----
  logic valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (en) valid_q <= get;
  end

  sumac_fifo #(
    .Width(Cols * 32)
  ) u_rows (
    .clk_i,
    .rst_ni,
    .in_valid_i (valid_q),
    .in_ready_o (en),
    .in_data_i  (row),
    .out_valid_o,
    .out_ready_i,
    .out_data_o
  );

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    assert (take_i <= room_o);
    // A word belongs to a row whose room was taken, and to a column of it.
    assert (!in_valid_i || (RowW + 1)'(in_q - out_q) < held_q);
    assert (!in_valid_i || 32'(col_q) + 32'(in_count_i) <= Cols);
  end
`endif

endmodule
