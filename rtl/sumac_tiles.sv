// SPDX-License-Identifier: Apache-2.0
//
// The order in which a GEMM goes through the array: for each k-tile, for each n-tile, and where
// blocks_i is set for each block of m. Gives the sizes of the tile that is due; next_i moves on.
//
// m_i, n_i, k_i and blocks_i (at least 1, 1, 1) are held from a GEMM's first tile to its last,
// which has last_o; the next one's may be there in the cycle after that. Outputs depend on them.
//
// Example (Rows = Cols = 4; m 9, n 6, k 4): tiles of 9 x 4 x 4 and 9 x 2 x 4, the second with
// n_last_o and last_o.
module sumac_tiles #(
  parameter int Rows   = 16,  // array rows: the size of a k-tile
  parameter int Cols   = 16,  // array columns: the size of an n-tile
  parameter int Block  = 16,  // of m
  parameter int CountW = 16
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic [CountW-1:0] m_i,
  input  logic [CountW-1:0] n_i,
  input  logic [CountW-1:0] k_i,
  input  logic              blocks_i,
  input  logic              next_i,
  output logic [CountW-1:0] m_size_o,
  output logic [CountW-1:0] n_size_o,
  output logic [CountW-1:0] k_size_o,
  output logic              m_last_o,
  output logic              n_first_o,
  output logic              n_last_o,
  output logic              k_first_o,
  output logic              k_last_o,
  output logic              last_o
);

  // What is left of each, this tile included; all of it at the first one.
  logic [CountW-1:0] m_left_q, n_left_q, k_left_q, m_left, n_left, k_left;
  logic              m_first_q, n_first_q, k_first_q;

  assign m_left = m_first_q ? m_i : m_left_q;
  assign n_left = n_first_q ? n_i : n_left_q;
  assign k_left = k_first_q ? k_i : k_left_q;

  assign m_last_o  = ~blocks_i | (m_left <= CountW'(Block));
  assign n_last_o  = n_left <= CountW'(Cols);
  assign k_last_o  = k_left <= CountW'(Rows);
  assign m_size_o  = m_last_o ? m_left : CountW'(Block);
  assign n_size_o  = n_last_o ? n_left : CountW'(Cols);
  assign k_size_o  = k_last_o ? k_left : CountW'(Rows);
  assign n_first_o = n_first_q;
  assign k_first_o = k_first_q;
  assign last_o    = m_last_o & n_last_o & k_last_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      m_first_q <= 1'b1;
      n_first_q <= 1'b1;
      k_first_q <= 1'b1;
    end else if (next_i) begin
      m_first_q <= m_last_o;
      if (m_last_o) n_first_q <= n_last_o;
      if (m_last_o && n_last_o) k_first_q <= k_last_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (next_i) begin
      m_left_q <= m_left - CountW'(Block);
      if (m_last_o) n_left_q <= n_left - CountW'(Cols);
      if (m_last_o && n_last_o) k_left_q <= k_left - CountW'(Rows);
    end
  end

endmodule
