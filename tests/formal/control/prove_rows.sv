// SPDX-License-Identifier: Apache-2.0
//
// sumac_rows: rows in order, each word in its column; room is what has not been taken, less what has
// left; a row that has ended is out within three cycles where the rows before it are taken.
module prove_rows #(
  parameter int Cols     = 2,
  parameter int BusWords = 2,
  parameter int Depth    = 2,
  localparam int CountW  = $clog2(BusWords) + 1,
  localparam int RowW    = $clog2(Depth)
) (
  input logic                clk_i,
  input logic                rst_ni,
  input logic                pick_i,
  input logic [RowW:0]       take_i,
  input logic                in_valid_i,
  input logic [CountW-1:0]   in_count_i,
  input logic [BusWords-1:0] in_bits_i,   // of each word one bit
  input logic                in_last_i,
  input logic                out_ready_i
);

  logic [RowW:0]          room;
  logic [BusWords*32-1:0] in_data;
  logic                   out_valid;
  logic [Cols*32-1:0]     out_data;
  logic [Cols-1:0]        out_bits;

  for (genvar i = 0; i < BusWords; i++) begin : gen_in
    assign in_data[32*i +: 32] = {31'd0, in_bits_i[i]};
  end
  for (genvar c = 0; c < Cols; c++) begin : gen_out
    assign out_bits[c] = out_data[32*c];
  end

  start u_start (.clk_i, .rst_ni);
  sumac_rows #(.Cols(Cols), .BusWords(BusWords), .Depth(Depth)) u_dut (
    .clk_i, .rst_ni, .take_i, .room_o(room), .in_valid_i, .in_count_i, .in_data_i(in_data), .in_last_i,
    .out_valid_o(out_valid), .out_ready_i, .out_data_o(out_data));

  // ---- What its user owes it; rows that have room and have not ended ----
  logic [RowW:0]       taken_q;
  logic [$clog2(Cols):0] col_q;
  logic [4:0]          inside;
  logic                ends;

  assign ends = in_valid_i & in_last_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q <= '0;
      col_q   <= '0;
    end else begin
      taken_q <= taken_q + take_i - (RowW + 1)'(ends);
      if (in_valid_i) col_q <= in_last_i ? '0 : col_q + ($clog2(Cols) + 1)'(in_count_i);
    end
  end

  always_comb begin
    assume (take_i <= room);
    if (in_valid_i) begin
      assume (taken_q != '0);
      assume (in_count_i != '0 && 32'(in_count_i) <= BusWords && 32'(col_q) + 32'(in_count_i) <= Cols);
      assume (in_last_i || 32'(col_q) + 32'(in_count_i) < Cols);
    end
    assert (32'(room) + 32'(taken_q) + 32'(inside) == Depth);  // room is not what is free
  end

  // ---- The row as it should be: the bits that have come, and which ----
  logic [Cols-1:0] bits_q, came_q, bits, came;

  always_comb begin
    bits = bits_q;
    came = came_q;
    for (int i = 0; i < BusWords; i++) begin
      for (int c = 0; c < Cols; c++) begin
        if (i < 32'(in_count_i) && 32'(col_q) + i == c) begin
          bits[c] = in_bits_i[i];
          came[c] = 1'b1;
        end
      end
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) came_q <= '0;
    else if (in_valid_i) came_q <= in_last_i ? '0 : came;
  end
  always_ff @(posedge clk_i) if (in_valid_i) bits_q <= bits;

  order #(.Width(Cols)) u_order (
    .clk_i, .rst_ni, .pick_i, .in_i(ends), .in_count_i(5'd1), .in_index_i(5'd0),
    .in_word_i(bits), .in_mask_i(came),
    .out_valid_i(out_valid), .out_i(out_valid & out_ready_i), .out_word_i(out_bits), .inside_o(inside));
  sumac_stream_check #(.Width(Cols)) u_out (
    .clk_i, .rst_ni, .valid_i(out_valid), .ready_i(out_ready_i), .data_i(out_bits));
  bound #(.Cycles(3)) u_given (
    .clk_i, .rst_ni, .wait_i(inside != '0), .happens_i(out_valid), .hold_i(1'b0));

endmodule
