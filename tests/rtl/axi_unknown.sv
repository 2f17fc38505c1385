// SPDX-License-Identifier: Apache-2.0
//
// Gives sumac_axi_check and sumac_axil_check one unknown handshake after the other, for Icarus:
// check-unknown looks for what they say. The first cycles are legal; the last word is END.
//
// Example: in cycle 2, out of reset, AR's VALID is x on both ports and all else is 0.
module axi_unknown;

  logic       clk, rst_n;
  logic [4:0] valid, ready;  // lanes: 4 AR, 3 R, 2 AW, 1 W, 0 B

  sumac_axi_check #(.DataW(64)) u_axi (
    .clk_i(clk), .rst_ni(rst_n),
    .ar_valid_i(valid[4]), .ar_ready_i(ready[4]), .ar_addr_i(32'd0), .ar_len_i(8'd0),
    .ar_size_i(3'd3), .ar_burst_i(2'd1),
    .r_valid_i(valid[3]), .r_ready_i(ready[3]), .r_data_i(64'd0), .r_resp_i(2'd0), .r_last_i(1'b1),
    .aw_valid_i(valid[2]), .aw_ready_i(ready[2]), .aw_addr_i(32'd0), .aw_len_i(8'd0),
    .aw_size_i(3'd3), .aw_burst_i(2'd1),
    .w_valid_i(valid[1]), .w_ready_i(ready[1]), .w_data_i(64'd0), .w_strb_i(8'hFF), .w_last_i(1'b1),
    .b_valid_i(valid[0]), .b_ready_i(ready[0]), .b_resp_i(2'd0));

  sumac_axil_check u_axil (
    .clk_i(clk), .rst_ni(rst_n),
    .ar_valid_i(valid[4]), .ar_ready_i(ready[4]), .ar_addr_i(8'd0),
    .r_valid_i(valid[3]), .r_ready_i(ready[3]), .r_data_i(32'd0), .r_resp_i(2'd0),
    .aw_valid_i(valid[2]), .aw_ready_i(ready[2]), .aw_addr_i(8'd0),
    .w_valid_i(valid[1]), .w_ready_i(ready[1]), .w_data_i(32'd0), .w_strb_i(4'hF),
    .b_valid_i(valid[0]), .b_ready_i(ready[0]), .b_resp_i(2'd0));

  task automatic cycle(input logic reset_n, input logic [4:0] valids, input logic [4:0] readies);
    rst_n = reset_n;
    valid = valids;
    ready = readies;
    #1 clk = 1'b1;
    #1 clk = 1'b0;
  endtask

  initial begin
    clk   = 1'b0;
    rst_n = 1'b1;
    #1 cycle(1'b0, 5'd0, 5'bx);
    cycle(1'b1, 5'd0, 5'bx);
    cycle(1'b1, 5'd0, 5'd0);
    // A read and a write, and their answers.
    cycle(1'b1, 5'b10110, 5'b10110);
    cycle(1'b1, 5'b01001, 5'b01001);
    $display("BEGIN");
    for (int i = 4; i >= 0; i--) begin
      for (int j = 0; j < 2; j++) begin
        cycle(1'b0, 5'd0, 5'd0);
        cycle(1'b1, 5'd0, 5'd0);
        valid    = 5'd0;
        valid[i] = j == 0 ? 1'bx : 1'b0;
        ready    = 5'd0;
        ready[i] = j == 1 ? 1'bx : 1'b0;
        cycle(1'b1, valid, ready);
      end
    end
    cycle(1'b0, 5'd0, 5'd0);
    cycle(1'b0, 5'bx, 5'd0);
    $display("END");
    $finish;
  end

endmodule
