// SPDX-License-Identifier: Apache-2.0
//
// Assertions on the bursts of an AXI4 address channel, for simulation: of type INCR, as wide as the
// bus and aligned to it, none across a 4 KiB line. Their length needs no rule: 8 bits are at most
// 256 beats, which INCR allows. No outputs.
//
// Example (DataW = 128): 3 beats from byte 4048 on end at 4095 and are legal; 4 are an error.
`ifndef SYNTHESIS
module sumac_burst_check #(
  parameter int AddrW = 32,   // bits of a byte address
  parameter int DataW = 128,
  parameter     Name  = "AR"  // in messages
) (
  input logic             clk_i,
  input logic             valid_i,
  input logic [AddrW-1:0] addr_i,
  input logic [7:0]       len_i,   // beats - 1
  input logic [2:0]       size_i,
  input logic [1:0]       burst_i
);

  localparam int         SizeW = $clog2(DataW / 8);
  localparam logic [1:0] Incr  = 2'b01;

  logic [AddrW-1:0] end_addr;  // of the last byte

  assign end_addr = addr_i + ((AddrW'(len_i) + AddrW'(1)) << SizeW) - AddrW'(1);

  always @(posedge clk_i) begin
    if (valid_i) begin
      if (burst_i !== Incr) $error("%0s: the burst is not of type INCR", Name);
      if (size_i !== 3'(SizeW)) $error("%0s: SIZE is not the width of the bus", Name);
      if (addr_i[SizeW-1:0] !== '0) $error("%0s: the address is not aligned", Name);
      if (((addr_i ^ end_addr) >> 12) !== '0) $error("%0s: the burst crosses a 4 KiB line", Name);
    end
  end

endmodule
`endif
