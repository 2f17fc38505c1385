// SPDX-License-Identifier: Apache-2.0
//
// sumac_regs behind a manager that keeps AXI4-Lite's rules: it keeps them too; every write and every
// read is answered once, in the cycle after it was taken, and a request waits only for the answer before
// it; a register that a driver configures holds the last whole word that was written to it, and the
// first error stays until a soft reset.
module prove_regs (
  input logic        clk_i,
  input logic        rst_ni,
  input logic [2:0]  which_i,     // the register that is looked at
  input logic        aw_valid_i,
  input logic [7:0]  aw_addr_i,
  input logic        w_valid_i,
  input logic [31:0] w_data_i,
  input logic [3:0]  w_strb_i,
  input logic        b_ready_i,
  input logic        ar_valid_i,
  input logic [7:0]  ar_addr_i,
  input logic        r_ready_i,
  input logic        soft_reset_i,
  input logic        busy_i,
  input logic        done_i,
  input logic        error_i,
  input logic [2:0]  error_code_i,
  input logic [29:0] error_addr_i,
  input logic [8:0]  count_i
);

  `include "sumac_registers.svh"

  logic        aw_ready, w_ready, b_valid, ar_ready, r_valid, irq, soft, stopped;
  logic [1:0]  b_resp, r_resp;
  logic [31:0] r_data, tail, done;
  logic [29:0] queue_base, base, limit;
  logic [15:0] queue_mask;

  start u_start (.clk_i, .rst_ni);
  sumac_regs u_dut (
    .clk_i, .rst_ni, .aw_valid_i, .aw_ready_o(aw_ready), .aw_addr_i, .w_valid_i, .w_ready_o(w_ready),
    .w_data_i, .w_strb_i, .b_valid_o(b_valid), .b_ready_i, .b_resp_o(b_resp), .ar_valid_i,
    .ar_ready_o(ar_ready), .ar_addr_i, .r_valid_o(r_valid), .r_ready_i, .r_data_o(r_data),
    .r_resp_o(r_resp), .irq_o(irq), .soft_o(soft), .soft_reset_i, .queue_base_o(queue_base),
    .queue_mask_o(queue_mask), .tail_o(tail), .done_o(done), .base_o(base), .limit_o(limit), .busy_i,
    .done_i, .error_i, .error_code_i, .error_addr_i, .stopped_o(stopped), .count_i);

  // ---- The manager's part, and all rules ----
  logic running_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) running_q <= 1'b0;
    else running_q <= 1'b1;
  end
  always_comb if (!running_q) assume (!aw_valid_i && !w_valid_i && !ar_valid_i);
  sumac_stream_given #(.Width(8)) u_aw (
    .clk_i, .rst_ni, .valid_i(aw_valid_i), .ready_i(aw_ready), .data_i(aw_addr_i));
  sumac_stream_given #(.Width(36)) u_w (
    .clk_i, .rst_ni, .valid_i(w_valid_i), .ready_i(w_ready), .data_i({w_data_i, w_strb_i}));
  sumac_stream_given #(.Width(8)) u_ar (
    .clk_i, .rst_ni, .valid_i(ar_valid_i), .ready_i(ar_ready), .data_i(ar_addr_i));
  sumac_axil_check u_check (
    .clk_i, .rst_ni, .aw_valid_i, .aw_ready_i(aw_ready), .aw_addr_i, .w_valid_i, .w_ready_i(w_ready),
    .w_data_i, .w_strb_i, .b_valid_i(b_valid), .b_ready_i, .b_resp_i(b_resp), .ar_valid_i,
    .ar_ready_i(ar_ready), .ar_addr_i, .r_valid_i(r_valid), .r_ready_i, .r_data_i(r_data),
    .r_resp_i(r_resp));

  // ---- Answers ----
  logic write, read, wrote_q, read_q;
  assign write = aw_valid_i & aw_ready;
  assign read  = ar_valid_i & ar_ready;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {wrote_q, read_q} <= '0;
    else {wrote_q, read_q} <= {write, read};
  end
  always_comb begin
    assert (write == (w_valid_i & w_ready));  // a write's address and data are not taken together
    if (wrote_q) assert (b_valid);  // a write is not answered
    if (read_q) assert (r_valid);  // a read is not answered
    if (aw_valid_i && w_valid_i && (!b_valid || b_ready_i)) assert (write);  // a write waits for nothing
    if (ar_valid_i && (!r_valid || r_ready_i)) assert (read);  // a read waits for nothing
  end

  // ---- Registers of the driver ----
  logic [2:0]  which;
  always_ff @(posedge clk_i) if (!rst_ni) which <= which_i;
  logic [7:0]  place;
  logic [31:0] mask, value_q, read_value_q;
  logic        of_it_q;
  always_comb begin
    case (which)
      3'd0:    {place, mask} = {RegIrqEnable, 32'h3};
      3'd1:    {place, mask} = {RegQueueBase, 32'h3FFFFFFF};
      3'd2:    {place, mask} = {RegQueueMask, 32'hFFFF};
      3'd3:    {place, mask} = {RegWindowBase, 32'h3FFFFFFF};
      default: {place, mask} = {RegWindowLimit, 32'h3FFFFFFF};
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) value_q <= '0;
    else if (write && aw_addr_i == place && w_strb_i == 4'hF) value_q <= w_data_i & mask;
  end
  always_ff @(posedge clk_i) if (read) {of_it_q, read_value_q} <= {ar_addr_i == place, value_q};
  always_comb if (read_q && of_it_q) assert (r_data == read_value_q && r_resp == 2'd0);  // not what was written last

  // ---- The first error ----
  logic        failed_q, read_failed_q;
  logic [32:0] error_q, read_error_q;
  logic [1:0]  of_error_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {failed_q, error_q} <= '0;
    else if (soft_reset_i) {failed_q, error_q} <= '0;
    else if (error_i && !failed_q) {failed_q, error_q} <= {1'b1, error_code_i, error_addr_i};
  end
  always_ff @(posedge clk_i) begin
    if (read) begin
      read_error_q <= error_q;
      of_error_q   <= {ar_addr_i == RegErrorCode, ar_addr_i == RegErrorAddress};
    end
  end
  always_comb begin
    assert (stopped == failed_q);  // stopped without an error, or not with one
    if (read_q && of_error_q[1]) assert (r_data == 32'(read_error_q[32:30]));  // not the first error's code
    if (read_q && of_error_q[0]) assert (r_data == 32'(read_error_q[29:0]));  // not the first error's address
  end

endmodule
