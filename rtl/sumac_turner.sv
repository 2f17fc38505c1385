// SPDX-License-Identifier: Apache-2.0
//
// Turns tiles: takes a tile row by row, up to Size rows of Size words, and gives it row by row or
// column by column, from the first on or (Reverse = 1) from the last. While one tile is given, the
// next is taken (ping-pong).
//
// The tile's last row comes with in_last_i, with in_turn_i (give columns) and in_beats_i (how many
// rows or columns to give). Rows that did not come are +0: whole beats where rows are given, lanes
// where columns are.
//
// Row s's word i lies in bank (i + s) modulo Size at address s, so that a row or a column is one
// word of each bank. Valid/ready on both sides, in_ready_o a function of registers. A last row
// taken in cycle t makes the first beat valid in t + 3; tiles of as many beats as rows follow each
// other without a bubble.
//
// Example (Size = 2): rows (1, 2) and (3, 4) turned are (1, 3) and (2, 4); reversed: (2, 4) first.
module sumac_turner #(
  parameter int Size    = 16,  // a power of two, at least 2
  parameter int Width   = 32,  // bits of a word
  parameter int Reverse = 0,   // 1: from the last
  localparam int IndexW = $clog2(Size),
  localparam int CountW = IndexW + 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  in_valid_i,
  output logic                  in_ready_o,
  input  logic [Size*Width-1:0] in_data_i,
  input  logic                  in_last_i,
  input  logic                  in_turn_i,
  input  logic [CountW-1:0]     in_beats_i,  // 1 to Size
  output logic                  out_valid_o,
  input  logic                  out_ready_i,
  output logic [Size*Width-1:0] out_data_o,
  output logic                  out_last_o,  // of its tile
  output logic                  idle_o       // holds no row
);

  if (Size < 2 || 2 ** IndexW != Size) begin : gen_illegal_size
    sumac_error_Size_must_be_a_power_of_two_and_at_least_2 error ();
  end

  if (Reverse < 0 || Reverse > 1) begin : gen_illegal_reverse
    sumac_error_Reverse_must_be_0_or_1 error ();
  end

  logic en;  // the output side moves; a function of a register alone

  // ---- The two halves ----
  logic [1:0]        full_q;           // a half holds a tile to be given
  logic              wr_half_q, rd_half_q;
  logic [IndexW-1:0] wr_row_q;
  logic [1:0]        turn_q;           // of the tile in each half
  logic [CountW-1:0] rows_q[2], beats_q[2];
  logic [CountW-1:0] given_q;          // beats of the tile in work that have been read
  logic              put, put_last, get, get_last;
  logic              valid_q;          // a beat has been read

  assign in_ready_o = ~full_q[wr_half_q];
  assign idle_o     = (wr_row_q == '0) & (full_q == '0) & ~valid_q & ~out_valid_o;
  assign put        = in_valid_i & in_ready_o;
  assign put_last   = put & in_last_i;
  assign get        = en & full_q[rd_half_q];
  assign get_last   = get & (given_q + CountW'(1) == beats_q[rd_half_q]);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      full_q    <= '0;
      wr_half_q <= 1'b0;
      rd_half_q <= 1'b0;
      wr_row_q  <= '0;
      given_q   <= '0;
    end else begin
      if (put) wr_row_q <= wr_row_q + IndexW'(1);
      if (put_last) begin
        full_q[wr_half_q] <= 1'b1;
        wr_half_q         <= ~wr_half_q;
        wr_row_q          <= '0;
      end
      if (get) given_q <= given_q + CountW'(1);
      if (get_last) begin
        full_q[rd_half_q] <= 1'b0;
        rd_half_q         <= ~rd_half_q;
        given_q           <= '0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (put_last) begin
      turn_q[wr_half_q]  <= in_turn_i;
      rows_q[wr_half_q]  <= {1'b0, wr_row_q} + CountW'(1);
      beats_q[wr_half_q] <= in_beats_i;
    end
  end

  // ---- Cycle t: the row or column to read ----
  logic [IndexW-1:0] index;

  if (Reverse == 1) begin : gen_reverse
    assign index = IndexW'(beats_q[rd_half_q] - CountW'(1) - given_q);
  end else begin : gen_forward
    assign index = IndexW'(given_q);
  end

  logic [Size*Width-1:0] wr_data, rd_data;

  sumac_rotate #(.Lanes(Size), .Width(Width)) u_write (
    .by_i(IndexW'(0) - wr_row_q), .d_i(in_data_i), .q_o(wr_data));

  for (genvar b = 0; b < Size; b++) begin : gen_bank
    logic [Width-1:0]  words[2*Size];
    logic [IndexW-1:0] row;
    logic [Width-1:0]  q;

    assign row = turn_q[rd_half_q] ? IndexW'(b) - index : index;
    always_ff @(posedge clk_i) begin
      if (put) words[{wr_half_q, wr_row_q}] <= wr_data[b*Width +: Width];
      if (en) q <= words[{rd_half_q, row}];
    end
    assign rd_data[b*Width +: Width] = q;
  end

  // ---- Cycle t + 1: its words, in order ----
  logic              last_q, turned_q;
  logic [IndexW-1:0] index_q;
  logic [CountW-1:0] tile_rows_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (en) valid_q <= get;
  end

  always_ff @(posedge clk_i) begin
    if (en) begin
      last_q      <= get_last;
      turned_q    <= turn_q[rd_half_q];
      index_q     <= index;
      tile_rows_q <= rows_q[rd_half_q];
    end
  end

  logic [Size*Width-1:0] words, beat;

  sumac_rotate #(.Lanes(Size), .Width(Width)) u_read (
    .by_i(index_q), .d_i(rd_data), .q_o(words));

  for (genvar i = 0; i < Size; i++) begin : gen_lane
    logic came;
    assign came = (turned_q ? CountW'(i) : {1'b0, index_q}) < tile_rows_q;
    assign beat[i*Width +: Width] = came ? words[i*Width +: Width] : '0;
  end

  sumac_fifo #(
    .Width(Size * Width + 1)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .in_valid_i (valid_q),
    .in_ready_o (en),
    .in_data_i  ({last_q, beat}),
    .out_valid_o,
    .out_ready_i,
    .out_data_o ({out_last_o, out_data_o})
  );

`ifndef SYNTHESIS
  sumac_stream_check #(.Width(Size * Width + CountW + 2)) u_check_in (
    .clk_i, .rst_ni, .valid_i(in_valid_i), .ready_i(in_ready_o),
    .data_i({in_data_i, in_last_i, in_turn_i, in_beats_i}));
  always @(posedge clk_i) begin
    if (put_last) assert (in_beats_i != '0 && in_beats_i <= CountW'(Size));
    if (put && wr_row_q == IndexW'(Size - 1)) assert (in_last_i);
  end
`endif

endmodule
