// SPDX-License-Identifier: Apache-2.0
//
// On-chip memory for an operand: a ring of Words words in Banks banks, word a in bank a modulo
// Banks, so that any Banks neighbours can be read, or written, in one cycle. Addresses wrap.
//
// In one cycle up to WriteLanes words are written from wr_addr_i on, and with rd_en_i Banks words
// are read from rd_addr_i on: they are at rd_data_o in the next cycle, lane 0 first, and stay until
// the next read. What is written in the cycle of a read of the same word is undefined in the read.
// Each bank has one port for writing and one for reading; nothing is reset.
//
// Example (Banks = 4): after 2 words at address 3, a read at 3 gives them in lanes 0 and 1.
module sumac_window #(
  parameter int Words      = 32768,  // a power of two, at least Banks
  parameter int Banks      = 16,     // a power of two, at least 2
  parameter int WriteLanes = 4,      // a power of two, at most Banks
  parameter int Width      = 32,     // bits of a word
  localparam int AddrW     = $clog2(Words),
  localparam int CountW    = $clog2(WriteLanes + 1)
) (
  input  logic                        clk_i,
  input  logic [CountW-1:0]           wr_count_i,  // 0: no write
  input  logic [AddrW-1:0]            wr_addr_i,
  input  logic [WriteLanes*Width-1:0] wr_data_i,
  input  logic                        rd_en_i,
  input  logic [AddrW-1:0]            rd_addr_i,
  output logic [Banks*Width-1:0]      rd_data_o
);

  localparam int BankW = $clog2(Banks);
  localparam int RowW  = AddrW - BankW;

  if (2 ** AddrW != Words || 2 ** BankW != Banks || Banks < 2 || Words < 2 * Banks) begin
    : gen_illegal_size
    sumac_error_Words_and_Banks_must_be_powers_of_two_and_Words_the_larger error ();
  end
  if (WriteLanes < 1 || WriteLanes > Banks) begin : gen_illegal_lanes
    sumac_error_WriteLanes_must_be_1_to_Banks error ();
  end

  // Lane (b - address) modulo Banks is bank b's.
  logic [Banks*Width-1:0] lanes, wr_data, rd_data;
  logic [BankW-1:0]       rd_bank_q;

  if (WriteLanes == Banks) begin : gen_all
    assign lanes = wr_data_i;
  end else begin : gen_some
    assign lanes = {{(Banks - WriteLanes) * Width{1'b0}}, wr_data_i};
  end

  sumac_rotate #(.Lanes(Banks), .Width(Width)) u_write (
    .by_i(BankW'(0) - wr_addr_i[BankW-1:0]), .d_i(lanes), .q_o(wr_data));
  sumac_rotate #(.Lanes(Banks), .Width(Width)) u_read (
    .by_i(rd_bank_q), .d_i(rd_data), .q_o(rd_data_o));

  always_ff @(posedge clk_i) if (rd_en_i) rd_bank_q <= rd_addr_i[BankW-1:0];

  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    logic [Width-1:0] words[2**RowW];
    logic [BankW-1:0] wr_lane;
    // verilator lint_off UNUSED
    logic [BankW-1:0] rd_lane;  // all lanes are read
    // verilator lint_on UNUSED
    logic             wr_next, rd_next;
    logic [RowW-1:0]  wr_row, rd_row;
    logic [Width-1:0] q;

    // The lane of the bank's word; where that has passed the last bank, it is in the next row.
    assign {wr_next, wr_lane} = {1'b0, BankW'(b)} - {1'b0, wr_addr_i[BankW-1:0]};
    assign {rd_next, rd_lane} = {1'b0, BankW'(b)} - {1'b0, rd_addr_i[BankW-1:0]};
    assign wr_row             = wr_addr_i[AddrW-1:BankW] + RowW'(wr_next);
    assign rd_row             = rd_addr_i[AddrW-1:BankW] + RowW'(rd_next);

    always_ff @(posedge clk_i) begin
      if (32'(wr_lane) < 32'(wr_count_i)) words[wr_row] <= wr_data[b*Width +: Width];
      if (rd_en_i) q <= words[rd_row];
    end
    assign rd_data[b*Width +: Width] = q;
  end

endmodule
