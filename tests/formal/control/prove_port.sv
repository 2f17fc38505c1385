// SPDX-License-Identifier: Apache-2.0
//
// sumac_read and sumac_writer on one AXI4 port, before a memory that keeps its part of the rules and does
// else as it likes: all that sumac_axi_check asks of a manager. The requests, GEMMs and rows given to them
// keep the rules of streams and are any.
module prove_port #(
  parameter int BusWords    = 2,
  parameter int AddrW       = 12,
  parameter int Outstanding = 2,
  parameter int Writes      = 0  // 0: the reader is looked at, 1: the writer
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   stop_i,
  input logic                   req_valid_i,
  input logic [AddrW-1:0]       req_addr_i,
  input logic [15:0]            req_words_i,
  input logic                   ar_ready_i,
  input logic                   r_valid_i,
  input logic [1:0]             r_resp_i,
  input logic                   r_last_i,
  input logic                   desc_valid_i,
  input logic [15:0]            desc_m_i,
  input logic [15:0]            desc_n_i,
  input logic [3:0]             desc_flags_i,
  input logic [AddrW-1:0]       desc_addr_i,
  input logic [AddrW-1:0]       desc_row_stride_i,
  input logic [AddrW-1:0]       desc_col_stride_i,
  input logic                   res_valid_i,
  input logic                   vector_valid_i,
  input logic                   residual_valid_i,
  input logic                   aw_ready_i,
  input logic                   w_ready_i,
  input logic                   b_valid_i,
  input logic [1:0]             b_resp_i,
  input logic [AddrW-1:0]       base_i,
  input logic [AddrW-1:0]       limit_i
);

  localparam int DataW = BusWords * 32;
  logic               req_ready, ar_valid, r_ready, desc_ready, res_ready, vector_ready, residual_ready;
  logic               aw_valid, w_valid, w_last, b_ready;
  logic [AddrW+1:0]   ar_addr, aw_addr;
  logic [7:0]         ar_len, aw_len;
  logic [DataW-1:0]   w_data;
  logic [DataW/8-1:0] w_strb;

  start u_start (.clk_i, .rst_ni);

  if (Writes == 0) begin : gen_read
    sumac_read #(.BusWords(BusWords), .AddrW(AddrW), .TagW(1), .Outstanding(Outstanding)) u_dut (
      .clk_i, .rst_ni, .stop_i, .req_valid_i, .req_ready_o(req_ready), .req_addr_i, .req_words_i,
      .req_tag_i(1'b0), .ar_valid_o(ar_valid), .ar_ready_i, .ar_addr_o(ar_addr), .ar_len_o(ar_len),
      .r_valid_i, .r_ready_o(r_ready), .r_data_i('0), .r_resp_i, .r_last_i);
    assign {aw_valid, w_valid, aw_addr, aw_len, w_data, w_strb, w_last, b_ready} = '0;
    always_comb begin
      if (req_valid_i) assume (req_words_i != '0);
      assume (!b_valid_i);
    end
  end else begin : gen_write
    sumac_writer #(
      .Cols(2), .Size(2), .BusWords(BusWords), .AddrW(AddrW), .Outstanding(Outstanding), .AddDepth(1)
    ) u_dut (
      .clk_i, .rst_ni, .stop_i, .base_i, .limit_i, .desc_valid_i, .desc_ready_o(desc_ready), .desc_m_i,
      .desc_n_i, .desc_result_i(desc_flags_i[0]), .desc_scale_i(desc_flags_i[1]),
      .desc_residual_i(desc_flags_i[2]), .desc_relu_i(desc_flags_i[3]), .desc_addr_i, .desc_row_stride_i,
      .desc_col_stride_i, .res_valid_i, .res_ready_o(res_ready), .res_data_i('0), .vector_valid_i,
      .vector_ready_o(vector_ready), .vector_data_i('0), .residual_valid_i,
      .residual_ready_o(residual_ready), .residual_data_i('0), .aw_valid_o(aw_valid), .aw_ready_i,
      .aw_addr_o(aw_addr), .aw_len_o(aw_len), .w_valid_o(w_valid), .w_ready_i, .w_data_o(w_data),
      .w_strb_o(w_strb), .w_last_o(w_last), .b_valid_i, .b_ready_o(b_ready), .b_resp_i);
    assign {ar_valid, ar_addr, ar_len, r_ready} = '0;
    sumac_stream_given #(.Width(1)) u_res (
      .clk_i, .rst_ni, .valid_i(res_valid_i), .ready_i(res_ready), .data_i(1'b0));
    sumac_stream_given #(.Width(1)) u_residual (
      .clk_i, .rst_ni, .valid_i(residual_valid_i), .ready_i(residual_ready), .data_i(1'b0));
    always_comb begin
      if (desc_valid_i) assume (desc_m_i != '0 && desc_n_i != '0);
      assume (!r_valid_i);
    end
  end

  logic running_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) running_q <= 1'b0;
    else running_q <= 1'b1;
  end
  always_comb if (!running_q) assume (!r_valid_i && !b_valid_i);

  sumac_axi_check #(.AddrW(AddrW + 2), .DataW(DataW), .Outstanding(Outstanding)) u_check (
    .clk_i, .rst_ni, .ar_valid_i(ar_valid), .ar_ready_i, .ar_addr_i(ar_addr), .ar_len_i(ar_len),
    .ar_size_i(3'($clog2(BusWords) + 2)), .ar_burst_i(2'b01), .r_valid_i, .r_ready_i(r_ready),
    .r_data_i('0), .r_resp_i, .r_last_i, .aw_valid_i(aw_valid), .aw_ready_i, .aw_addr_i(aw_addr),
    .aw_len_i(aw_len), .aw_size_i(3'($clog2(BusWords) + 2)), .aw_burst_i(2'b01), .w_valid_i(w_valid),
    .w_ready_i, .w_data_i(w_data), .w_strb_i(w_strb), .w_last_i(w_last), .b_valid_i, .b_ready_i(b_ready),
    .b_resp_i);

endmodule
