// SPDX-License-Identifier: Apache-2.0
//
// A place in one index (m, n or k) of an operand's view: three mixed-radix digits, digit 0 the most
// significant, each of which adds to an address and to two coordinates. See docs/rtl.md, "Views".
//
// step_i moves on by len_i elements (1 to left_o); len_i above 1 is for a digit 2 whose elements
// are neighbours in memory and share their coordinates, as unit_i says. Then load_i and save_i, as
// sumac_axis has them: 1 back to the saved place, 2 to the first element. Outputs are functions of
// registers; nothing is reset: load 2 with save first.
//
// Example (extents 2, 3 of digits 1, 2; addresses 10, 1): steps of 1 pass the addresses 0, 1, 2,
// 10, 11, 12, then digit 0's stride.
module sumac_cursor #(
  parameter int AddrW  = 33,  // bits of an address
  parameter int CoordW = 16,  // bits of a coordinate
  parameter int ExtW   = 16,  // bits of an extent
  parameter int UnitW  = 3,   // a neighbour in memory is 2^UnitW address units away
  parameter int LenW   = 5    // bits of a length
) (
  input  logic              clk_i,
  // The view, held while it is in use: digit d's share is at [d*Width +: Width].
  input  logic [2*ExtW-1:0]   extent_i,  // of digits 1 and 2, at least 1
  input  logic [3*AddrW-1:0]  stride_i,
  input  logic [3*CoordW-1:0] y_i,
  input  logic [3*CoordW-1:0] x_i,
  input  logic                unit_i,
  // The move of this cycle.
  input  logic              step_i,
  input  logic [LenW-1:0]   len_i,
  input  logic [1:0]        load_i,
  input  logic              save_i,
  // The place.
  output logic [ExtW-1:0]   left_o,  // elements left in digit 2, this one included
  output logic [AddrW-1:0]  addr_o,
  output logic [CoordW-1:0] y_o,
  output logic [CoordW-1:0] x_o
);

  // ---- Digits 1 and 2; digit 0 is not counted: whoever steps knows where the index ends ----
  logic [ExtW-1:0] digit1_q, digit2_q, saved_digit1_q, saved_digit2_q;
  logic [ExtW-1:0] digit1_step, digit2_step, digit1_d, digit2_d;
  logic [1:0]      carry;

  logic [ExtW-1:0] extent1, extent2;
  assign {extent2, extent1} = extent_i;
  assign left_o             = extent2 - digit2_q;

  always_comb begin
    carry       = 2'd0;
    digit1_step = digit1_q;
    digit2_step = digit2_q;
    if (step_i) begin
      digit2_step = digit2_q + ExtW'(len_i);
      if (left_o == ExtW'(len_i)) begin
        digit2_step = '0;
        digit1_step = digit1_q + ExtW'(1);
        carry       = 2'd1;
        if (digit1_step == extent1) begin
          digit1_step = '0;
          carry       = 2'd2;
        end
      end
    end
    unique case (load_i)
      2'd0: {digit1_d, digit2_d} = {digit1_step, digit2_step};
      2'd1: {digit1_d, digit2_d} = {saved_digit1_q, saved_digit2_q};
      default: {digit1_d, digit2_d} = '0;
    endcase
  end

  always_ff @(posedge clk_i) begin
    {digit1_q, digit2_q} <= {digit1_d, digit2_d};
    if (save_i) {saved_digit1_q, saved_digit2_q} <= {digit1_d, digit2_d};
  end

  // ---- What the digits add up to ----
  logic [AddrW-1:0] delta;
  assign delta = unit_i ? AddrW'(len_i) << UnitW : stride_i[2*AddrW +: AddrW];

  sumac_axis #(.Width(AddrW)) u_addr (
    .clk_i, .step_i, .carry_i(carry), .load_i, .save_i,
    .stride0_i(stride_i[0 +: AddrW]), .stride1_i(stride_i[AddrW +: AddrW]), .delta_i(delta),
    .value_o(addr_o));
  sumac_axis #(.Width(CoordW)) u_y (
    .clk_i, .step_i, .carry_i(carry), .load_i, .save_i,
    .stride0_i(y_i[0 +: CoordW]), .stride1_i(y_i[CoordW +: CoordW]),
    .delta_i(unit_i ? '0 : y_i[2*CoordW +: CoordW]), .value_o(y_o));
  sumac_axis #(.Width(CoordW)) u_x (
    .clk_i, .step_i, .carry_i(carry), .load_i, .save_i,
    .stride0_i(x_i[0 +: CoordW]), .stride1_i(x_i[CoordW +: CoordW]),
    .delta_i(unit_i ? '0 : x_i[2*CoordW +: CoordW]), .value_o(x_o));

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (step_i) begin
      assert (len_i != '0);
      assert (ExtW'(len_i) <= left_o);
      assert (unit_i || len_i == LenW'(1));
    end
  end
`endif

endmodule
