// SPDX-License-Identifier: Apache-2.0
//
// Assertions on an AXI4-Lite port, for simulation: what its manager (a driver) and its subordinate
// (sumac_regs) owe each other. docs/rtl.md lists the rules; a message names its channel and rule.
// No outputs.
//
// Example: AR taken in cycle 0; an R beat from cycle 1 on is its answer, a second one an error.
`ifndef SYNTHESIS
module sumac_axil_check #(
  parameter int AddrW       = 8,
  parameter int DataW       = 32,
  parameter int Outstanding = 1   // reads, and writes, at most; up to 255
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               aw_valid_i,
  input logic               aw_ready_i,
  input logic [AddrW-1:0]   aw_addr_i,
  input logic               w_valid_i,
  input logic               w_ready_i,
  input logic [DataW-1:0]   w_data_i,
  input logic [DataW/8-1:0] w_strb_i,
  input logic               b_valid_i,
  input logic               b_ready_i,
  input logic [1:0]         b_resp_i,
  input logic               ar_valid_i,
  input logic               ar_ready_i,
  input logic [AddrW-1:0]   ar_addr_i,
  input logic               r_valid_i,
  input logic               r_ready_i,
  input logic [DataW-1:0]   r_data_i,
  input logic [1:0]         r_resp_i
);

  localparam logic [1:0] ExOkay = 2'b01;
  localparam logic [7:0] Most   = 8'(Outstanding);

  // ---- Every channel ----
  sumac_stream_check #(.Width(AddrW), .Name("AXI4-Lite AR")) u_ar (
    .clk_i, .rst_ni, .valid_i(ar_valid_i), .ready_i(ar_ready_i), .data_i(ar_addr_i));
  sumac_stream_check #(.Width(DataW + 2), .Name("AXI4-Lite R")) u_r (
    .clk_i, .rst_ni, .valid_i(r_valid_i), .ready_i(r_ready_i), .data_i({r_data_i, r_resp_i}));
  sumac_stream_check #(.Width(AddrW), .Name("AXI4-Lite AW")) u_aw (
    .clk_i, .rst_ni, .valid_i(aw_valid_i), .ready_i(aw_ready_i), .data_i(aw_addr_i));
  sumac_stream_check #(.Width(DataW + DataW / 8), .Name("AXI4-Lite W")) u_w (
    .clk_i, .rst_ni, .valid_i(w_valid_i), .ready_i(w_ready_i), .data_i({w_data_i, w_strb_i}));
  sumac_stream_check #(.Width(2), .Name("AXI4-Lite B")) u_b (
    .clk_i, .rst_ni, .valid_i(b_valid_i), .ready_i(b_ready_i), .data_i(b_resp_i));

  logic running;

  sumac_reset_check #(.Name("AXI4-Lite")) u_reset (
    .clk_i, .rst_ni,
    .valid_i({ar_valid_i, r_valid_i, aw_valid_i, w_valid_i, b_valid_i}),
    .ready_i({ar_ready_i, r_ready_i, aw_ready_i, w_ready_i, b_ready_i}),
    .running_o(running));

  // ---- Requests that are not answered ----
  logic [7:0] ar_q, aw_q, w_q;
  logic       ar_take, r_take, aw_take, w_take, b_take;

  assign ar_take = ar_valid_i & ar_ready_i;
  assign r_take  = r_valid_i & r_ready_i;
  assign aw_take = aw_valid_i & aw_ready_i;
  assign w_take  = w_valid_i & w_ready_i;
  assign b_take  = b_valid_i & b_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_q <= '0;
      aw_q <= '0;
      w_q  <= '0;
    end else begin
      if (ar_take != r_take) ar_q <= ar_take ? ar_q + 8'd1 : ar_q - 8'd1;
      if (aw_take != b_take) aw_q <= aw_take ? aw_q + 8'd1 : aw_q - 8'd1;
      if (w_take != b_take) w_q <= w_take ? w_q + 8'd1 : w_q - 8'd1;
    end
  end

  always @(posedge clk_i) begin
    if (running && ar_take) begin
      if (ar_q == Most && !r_take) $error("AXI4-Lite AR: too many reads are open");
    end
    if (running && r_valid_i) begin
      if (ar_q == '0) $error("AXI4-Lite R: an answer to no read");
      if (r_resp_i === ExOkay) $error("AXI4-Lite R: RRESP is EXOKAY");
    end
    if (running && aw_take) begin
      if (aw_q == Most && !b_take) $error("AXI4-Lite AW: too many writes are open");
    end
    if (running && w_take) begin
      if (w_q == Most && !b_take) $error("AXI4-Lite W: too many writes are open");
    end
    if (running && b_valid_i) begin
      if (aw_q == '0) $error("AXI4-Lite B: an answer before the write's address");
      if (w_q == '0) $error("AXI4-Lite B: an answer before the write's data");
      if (b_resp_i === ExOkay) $error("AXI4-Lite B: BRESP is EXOKAY");
    end
  end

endmodule
`endif
