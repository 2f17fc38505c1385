// SPDX-License-Identifier: Apache-2.0
//
// Takes one weight tile after the other, Rows beats each (row Rows-1 first, row 0 last), and feeds
// them into the tops of the columns, so that each tile waits in the shadow registers while the one
// before it is used.
//
// A word that enters a column moves down one row with each later beat: with beat s of a tile
// (0 .. Rows-1), rows 0 .. s take the word from above, and the rows below still hold the last
// tile's. Row r is thus overwritten with beat r at the earliest, while it swaps r * AddDepth
// cycles after row 0: the first beat waits (Rows-1) * (AddDepth-1) cycles after the swap's beat.
//
// Handshake: wgt_ready_o is high while a beat can be taken. full_o: a whole tile waits; take_i (a
// tile's first activation beat, in a cycle with full_o and en_i) gives it away.
// Latency: an accepted beat is at column c, and its load flags are at column 0, 1 + c and 1 cycles
// later. full_o rises in the cycle after the last beat, early enough for a first activation in
// that same cycle (see sumac_core).
//
// Example (Rows = 2, AddDepth = 1): beats in cycles 0 and 1, full_o in cycle 2; take_i in cycle 2
// lets the next tile in from cycle 3 on.
module sumac_loader #(
  parameter int Rows     = 16,
  parameter int Cols     = 16,
  parameter int ManBits  = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp     = 0,   // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth = 1,   // pipeline registers of the adder, 1 to 4
  localparam int W       = 9 + ManBits
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              en_i,
  input  logic              wgt_valid_i,
  output logic              wgt_ready_o,
  input  logic [Cols*W-1:0] wgt_data_i,
  output logic              full_o,
  output logic              empty_o,      // no beat of a next tile has come yet
  input  logic              take_i,
  output logic [Rows-1:0]   load_o,       // to the array's left edge
  output logic [Cols*2-1:0] wgt_flags_o,  // to the array's top edge
  output logic [Cols*W-1:0] wgt_offset_o
);

  // Cycles from the beat that takes a tile to the next tile's first beat; at least 1.
  localparam int Gap    = (Rows - 1) * (AddDepth - 1) > 1 ? (Rows - 1) * (AddDepth - 1) : 1;
  localparam int GapW   = $clog2(Gap + 1);
  localparam int CountW = $clog2(Rows + 1);

  logic [CountW-1:0] count_q;  // beats of the next tile that have come
  logic [GapW-1:0]   gap_q;    // cycles still to wait
  logic              beat;

  assign full_o      = count_q == CountW'(Rows);
  assign empty_o     = count_q == '0;
  assign wgt_ready_o = en_i & ~full_o & (gap_q == '0);
  assign beat        = wgt_valid_i & wgt_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      gap_q   <= '0;
    end else if (en_i) begin
      if (take_i) count_q <= '0;
      else if (beat) count_q <= count_q + CountW'(1);
      if (take_i) gap_q <= GapW'(Gap - 1);
      else if (gap_q != '0) gap_q <= gap_q - GapW'(1);
    end
  end

  // ---- Load flags: row r takes part from beat r on ----
  logic [Rows-1:0] load_d, load_q;

  always_comb begin
    for (int r = 0; r < Rows; r++) load_d[r] = beat & (count_q >= CountW'(r));
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) load_q <= '0;
    else if (en_i) load_q <= load_d;
  end

  assign load_o = load_q;

  // ---- Words: classified, then skewed ----
  logic [Cols*2-1:0] flags;
  logic [Cols*W-1:0] offset;

  for (genvar c = 0; c < Cols; c++) begin : gen_edge
    sumac_weight_edge #(
      .ManBits(ManBits),
      .Comp   (Comp)
    ) u_edge (
      .word_i   (wgt_data_i[c*W +: W]),
      .special_o(flags[c*2+1]),
      .sign_o   (flags[c*2]),
      .offset_o (offset[c*W +: W])
    );
  end

  sumac_skew #(.Lanes(Cols), .Width(2), .First(1)) u_skew_flags (
    .clk_i, .rst_ni, .en_i, .d_i(flags), .q_o(wgt_flags_o));
  sumac_skew #(.Lanes(Cols), .Width(W), .First(1)) u_skew_offset (
    .clk_i, .rst_ni, .en_i, .d_i(offset), .q_o(wgt_offset_o));

endmodule
