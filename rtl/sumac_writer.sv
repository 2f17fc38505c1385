// SPDX-License-Identifier: Apache-2.0
//
// Takes the results of the GEMMs that descriptors name, row by row and n-tile by n-tile, passes
// them through the post unit and writes them over AXI4.
//
// Of each row one burst is made, or two where it crosses a 4 KiB line; where the column stride is
// not 1, one for each word. A burst's address is given only when its words are there, so that its
// data never wait. Scales and shifts come as two rows before an n-tile's first row, residual rows
// with the rows. GEMMs without results are passed over.
//
// done_o: a GEMM is done, all of its bursts are answered, none with an error. stop_i: no further
// burst starts. A burst that would leave [base_i, limit_i] waits, with outside_o. An error response
// sets error_o. error_addr_o is the word address of either.
//
// Example (Cols = BusWords = 4): a row of 4 words for word address 6 makes a burst of two beats,
// of which lanes 2, 3 and then 0, 1 are written.
module sumac_writer #(
  parameter int Cols        = 16,
  parameter int Size        = 16,  // columns of a row in the FIFOs: a power of two, at least Cols
  parameter int BusWords    = 4,
  parameter int AddrW       = 30,
  parameter int Outstanding = 16,  // bursts, a power of two
  parameter int Mul         = 0,
  parameter int Comp        = 0,
  parameter int AddDepth    = 2
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   stop_i,
  input  logic [AddrW-1:0]       base_i,
  input  logic [AddrW-1:0]       limit_i,
  // GEMMs.
  input  logic                   desc_valid_i,
  output logic                   desc_ready_o,
  input  logic [15:0]            desc_m_i,
  input  logic [15:0]            desc_n_i,
  input  logic                   desc_result_i,
  input  logic                   desc_scale_i,
  input  logic                   desc_residual_i,
  input  logic                   desc_relu_i,
  input  logic [AddrW-1:0]       desc_addr_i,
  input  logic [AddrW-1:0]       desc_row_stride_i,
  input  logic [AddrW-1:0]       desc_col_stride_i,
  // Rows.
  input  logic                   res_valid_i,
  output logic                   res_ready_o,
  input  logic [Size*32-1:0]     res_data_i,
  input  logic                   vector_valid_i,
  output logic                   vector_ready_o,
  input  logic [Size*32-1:0]     vector_data_i,
  input  logic                   residual_valid_i,
  output logic                   residual_ready_o,
  input  logic [Size*32-1:0]     residual_data_i,
  // AXI4 writes.
  output logic                   aw_valid_o,
  input  logic                   aw_ready_i,
  output logic [AddrW+1:0]       aw_addr_o,
  output logic [7:0]             aw_len_o,
  output logic                   w_valid_o,
  input  logic                   w_ready_i,
  output logic [BusWords*32-1:0] w_data_o,
  output logic [BusWords*4-1:0]  w_strb_o,
  output logic                   w_last_o,
  input  logic                   b_valid_i,
  output logic                   b_ready_o,
  input  logic [1:0]             b_resp_i,
  output logic                   done_o,
  output logic                   outside_o,
  output logic                   error_o,
  output logic [AddrW-1:0]       error_addr_o,
  output logic                   quiet_o,      // no burst is on its way
  output logic                   idle_o        // no GEMM either
);

  localparam int LaneW  = $clog2(BusWords);
  localparam int CountW = LaneW + 1;
  localparam int PageW  = 10;  // words of a 4 KiB line
  localparam int PtrW   = $clog2(Outstanding);
  localparam int DescW  = 2 * 16 + 4 + 3 * AddrW;
  localparam int Lanes  = Size > BusWords ? Size : BusWords;
  localparam int TurnW  = $clog2(Lanes);

  // ---- GEMMs: four wait, the oldest is in work ----
  logic             second_valid, second_ready, valid, done;
  logic [DescW-1:0] second;
  logic [15:0]      m, n;
  logic             result, scale_on, residual_on, relu;
  logic [AddrW-1:0] start_addr, row_stride, col_stride;

  sumac_fifo #(.Width(DescW)) u_first (
    .clk_i,
    .rst_ni,
    .in_valid_i (desc_valid_i),
    .in_ready_o (desc_ready_o),
    .in_data_i  ({desc_m_i, desc_n_i, desc_result_i, desc_scale_i, desc_residual_i, desc_relu_i,
                  desc_addr_i, desc_row_stride_i, desc_col_stride_i}),
    .out_valid_o(second_valid),
    .out_ready_i(second_ready),
    .out_data_o (second)
  );
  sumac_fifo #(.Width(DescW)) u_second (
    .clk_i,
    .rst_ni,
    .in_valid_i (second_valid),
    .in_ready_o (second_ready),
    .in_data_i  (second),
    .out_valid_o(valid),
    .out_ready_i(done),
    .out_data_o ({m, n, result, scale_on, residual_on, relu, start_addr, row_stride, col_stride})
  );

  typedef enum logic [2:0] {Begin, Scale, Shift, Rows, Finish} state_e;
  state_e state_q;

  // ---- The place of the next beat ----
  logic [AddrW-1:0] addr_q, row_q, tile_q;  // next word; its row; row 0 of the next n-tile
  logic [15:0]      rows_q, left_q;         // rows and columns left, this one's included
  logic [15:0]      word_q;                 // words of the row that have gone
  logic [PageW:0]   burst_q;                // words of the burst still to go; 0: none is open

  logic             unit, open, beat, row_end, tile_end, top_row;
  logic [15:0]      tile_cols, ahead;
  logic [LaneW-1:0] first;
  logic [CountW-1:0] lanes, count;
  logic [PageW:0]   to_line, burst, words;
  logic [PageW:0]   beats;
  logic [7:0]       len;      // beats - 1, as AXI4 has it
  logic [AddrW-1:0] after_addr;

  assign unit      = col_stride == AddrW'(1);
  assign tile_cols = left_q < 16'(Cols) ? left_q : 16'(Cols);
  assign ahead     = tile_cols - word_q;
  assign to_line   = (PageW + 1)'(2 ** PageW) - {1'b0, addr_q[PageW-1:0]};
  assign words     = ~unit ? (PageW + 1)'(1)
                   : ahead < 16'(to_line) ? (PageW + 1)'(ahead) : to_line;
  assign open      = burst_q != '0;
  assign burst     = open ? burst_q : words;
  assign first     = addr_q[LaneW-1:0];
  assign lanes     = CountW'(BusWords) - {1'b0, first};
  assign count     = burst < (PageW + 1)'(lanes) ? CountW'(burst) : lanes;
  assign beats     = ((PageW + 1)'(first) + words + (PageW + 1)'(BusWords - 1)) >> LaneW;

  assign len       = 8'(beats - (PageW + 1)'(1));

  assign after_addr = addr_q + (unit ? AddrW'(count) : col_stride);
  assign row_end    = ahead == 16'(count);
  assign tile_end   = row_end & (rows_q == 16'd1);
  assign top_row    = rows_q == m;

  // ---- Whether it goes ----
  logic           there, begins, aw_room, post_ready, room;
  logic           allowed;
  logic [AddrW:0] end_addr;
  logic [PtrW:0]  asked_q, answered_q, waiting;

  assign end_addr = {1'b0, addr_q} + (AddrW + 1)'(words) - (AddrW + 1)'(1);
  assign allowed   = (addr_q >= base_i) & (end_addr <= {1'b0, limit_i});
  assign waiting  = asked_q - answered_q;
  assign room     = waiting != (PtrW + 1)'(Outstanding);
  assign there    = (state_q == Rows) & res_valid_i & (residual_valid_i | ~residual_on);
  assign beat     = there & post_ready & (open | (aw_room & room & allowed & ~stop_i));
  assign begins   = beat & ~open;

  assign res_ready_o      = beat & row_end;
  assign residual_ready_o = beat & row_end & residual_on;
  assign vector_ready_o   = (state_q == Scale) | (state_q == Shift);
  assign outside_o        = there & ~open & ~allowed;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Begin;
      burst_q <= '0;
    end else begin
      if (beat) burst_q <= burst - (PageW + 1)'(count);
      unique case (state_q)
        Begin:
          if (valid) begin
            if (!result) state_q <= Finish;
            else if (scale_on) state_q <= Scale;
            else state_q <= Rows;
          end
        Scale: if (vector_valid_i) state_q <= Shift;
        Shift: if (vector_valid_i) state_q <= Rows;
        Rows:
          if (beat && tile_end) begin
            if (left_q <= 16'(Cols)) state_q <= Finish;
            else if (scale_on) state_q <= Scale;
          end
        default: if (done) state_q <= Begin;
      endcase
    end
  end

  logic failed_q;  // a burst was answered with an error

  assign done   = (state_q == Finish) & (waiting == '0);
  assign done_o = done & ~failed_q;

  always_ff @(posedge clk_i) begin
    if (state_q == Begin) begin
      addr_q <= start_addr;
      row_q  <= start_addr;
      rows_q <= m;
      left_q <= n;
      word_q <= '0;
    end else if (beat) begin
      addr_q <= after_addr;
      word_q <= word_q + 16'(count);
      if (row_end) begin
        word_q <= '0;
        addr_q <= row_q + row_stride;
        row_q  <= row_q + row_stride;
        rows_q <= rows_q - 16'd1;
        if (top_row) tile_q <= after_addr;
      end
      if (tile_end) begin
        addr_q <= top_row ? after_addr : tile_q;
        row_q  <= top_row ? after_addr : tile_q;
        rows_q <= m;
        left_q <= left_q - 16'(Cols);
      end
    end
  end

  // ---- Its words to the lanes of the bus ----
  logic [Size*32-1:0]     scale_q, shift_q;
  logic [BusWords*32-1:0] acc, scale, shift, residual;
  logic [BusWords-1:0]    strobe, w_strobe;
  logic [TurnW-1:0]       by;

  always_ff @(posedge clk_i) begin
    if (state_q == Scale) scale_q <= vector_data_i;
    if (state_q == Shift) shift_q <= vector_data_i;
  end

  assign by = TurnW'(word_q) - TurnW'(first);

  sumac_lanes #(.In(Size), .Out(BusWords)) u_acc (.by_i(by), .d_i(res_data_i), .q_o(acc));
  sumac_lanes #(.In(Size), .Out(BusWords)) u_scale (.by_i(by), .d_i(scale_q), .q_o(scale));
  sumac_lanes #(.In(Size), .Out(BusWords)) u_shift (.by_i(by), .d_i(shift_q), .q_o(shift));
  sumac_lanes #(.In(Size), .Out(BusWords)) u_residual (
    .by_i(by), .d_i(residual_data_i), .q_o(residual));

  for (genvar i = 0; i < BusWords; i++) begin : gen_strobe
    assign strobe[i] = (32'(i) >= 32'(first)) & (32'(i) < 32'(first) + 32'(count));
    assign w_strb_o[4*i +: 4] = {4{w_strobe[i]}};
  end

  sumac_post #(
    .Lanes(BusWords), .Mul(Mul), .Comp(Comp), .AddDepth(AddDepth), .TagW(BusWords + 1)
  ) u_post (
    .clk_i,
    .rst_ni,
    .in_valid_i      (beat),
    .in_ready_o      (post_ready),
    .in_acc_i        (acc),
    .in_scale_i      (scale),
    .in_shift_i      (shift),
    .in_residual_i   (residual),
    .in_scale_on_i   (scale_on),
    .in_residual_on_i(residual_on),
    .in_relu_i       (relu),
    .in_tag_i        ({burst == (PageW + 1)'(count), strobe}),
    .out_valid_o     (w_valid_o),
    .out_ready_i     (w_ready_i),
    .out_y_o         (w_data_o),
    .out_tag_o       ({w_last_o, w_strobe})
  );

  sumac_fifo #(.Width(AddrW + 10)) u_addresses (
    .clk_i,
    .rst_ni,
    .in_valid_i (begins),
    .in_ready_o (aw_room),
    .in_data_i  ({addr_q[AddrW-1:LaneW], {LaneW + 2{1'b0}}, len}),
    .out_valid_o(aw_valid_o),
    .out_ready_i(aw_ready_i),
    .out_data_o ({aw_addr_o, aw_len_o})
  );

  // ---- Answers ----
  logic [AddrW-1:0] burst_addr_q[Outstanding];
  logic             answer;

  assign b_ready_o = 1'b1;
  assign answer    = b_valid_i;
  assign error_o   = answer & (b_resp_i != 2'd0);
  assign error_addr_o = error_o ? burst_addr_q[answered_q[PtrW-1:0]] : addr_q;
  assign quiet_o   = (waiting == '0) & ~open;
  assign idle_o    = ~valid & ~second_valid & (waiting == '0);

  always_ff @(posedge clk_i) if (begins) burst_addr_q[asked_q[PtrW-1:0]] <= addr_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      asked_q    <= '0;
      answered_q <= '0;
      failed_q   <= 1'b0;
    end else begin
      if (error_o) failed_q <= 1'b1;
      asked_q    <= asked_q + (PtrW + 1)'(begins);
      answered_q <= answered_q + (PtrW + 1)'(answer);
    end
  end

endmodule
