// SPDX-License-Identifier: Apache-2.0
//
// Assertions on the handshakes of an AXI port's five channels about reset, for simulation: VALID is
// low in reset and at the first clock edge after it, as AXI has it; from then on no VALID and no
// READY is unknown, in a simulator of four states. Lanes: 4 AR, 3 R, 2 AW, 1 W, 0 B.
//
// Example: rst_ni rises between the edges of cycles 3 and 4; AWVALID high at the edge of cycle 4
// is an error, at that of cycle 5 it is legal; running_o is high from the edge of cycle 4 on.
`ifndef SYNTHESIS
module sumac_reset_check #(
  parameter Name = "AXI4"  // in messages
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic [4:0] valid_i,
  input  logic [4:0] ready_i,
  output logic       running_o  // an edge has been without reset
);

  logic running_q;

  assign running_o = running_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) running_q <= 1'b0;
    else running_q <= 1'b1;
  end

  always @(posedge clk_i) begin
    if (!running_q) begin
      if (valid_i !== '0) begin
        $error("%0s: VALID is high in reset or just after it (AR R AW W B: %b)", Name, valid_i);
      end
    end
`ifndef VERILATOR
    if (running_q) begin
      if ($isunknown(valid_i)) $error("%0s: VALID is unknown (AR R AW W B: %b)", Name, valid_i);
      if ($isunknown(ready_i)) $error("%0s: READY is unknown (AR R AW W B: %b)", Name, ready_i);
    end
`endif
  end

`ifdef VERILATOR
  // Waived: two states.
  // verilator lint_off UNUSED
  logic unused;
  assign unused = ^ready_i;
  // verilator lint_on UNUSED
`endif

endmodule
`endif
