// SPDX-License-Identifier: Apache-2.0
//
// Replays unit.hex, which rtl_vectors wrote into the working folder, on one arithmetic unit and
// compares every output, unknown bits included. A line: the unit's inputs in one cycle, its outputs
// after that cycle's edge. Prints PASS and the number of vectors, or the first that differs.
// With NETLIST defined the unit is a netlist: it has no parameters.
`ifdef NETLIST
`define WITH(list)
`else
`define WITH(list) #list
`endif
module unit_replay #(
  parameter int Unit     = 0,  // 0 sumac_pam, 1 sumac_mul, 2 sumac_fadd, 3 sumac_pe, 4 sumac_fused
  parameter int ManBits  = 23,
  parameter int Comp     = 0,
  parameter int AddDepth = 1,
  parameter int Group    = 4,
  parameter int Skip     = 0   // lines whose outputs are not known yet
);

  localparam int W    = 9 + ManBits;
  localparam int InW  = Unit == 4 ? 33 + 32 * Group : Unit == 3 ? 38 + 2 * W : Unit == 2 ? 65 : 2 * W;
  localparam int OutW = Unit == 3 ? 37 + 2 * W : 32;

  logic            clk = 1'b0;
  logic [InW-1:0]  in;
  logic [OutW-1:0] out, expected;

  // What a loose word stands for, zeros without a sign.
  function automatic logic [31:0] settled(input logic [31:0] sum);
    settled = sum[30:23] == 8'h00 ? 32'h00000000 : sum[30:23] != 8'hFF ? sum
            : sum[22] ? 32'h7FC00000 : {sum[31], 8'hFF, 23'd0};
  endfunction

  if (Unit == 0) begin : gen_pam
    sumac_pam `WITH((.ManBits(ManBits), .Comp(Comp))) u_unit (
      .a_i(in[2*W-1:W]), .b_i(in[W-1:0]), .p_o(out));
  end else if (Unit == 1) begin : gen_mul
    sumac_mul `WITH((.ManBits(ManBits))) u_unit (
      .a_i(in[2*W-1:W]), .b_i(in[W-1:0]), .p_o(out));
  end else if (Unit == 2) begin : gen_fadd
    sumac_fadd `WITH((.Depth(AddDepth))) u_unit (
      .clk_i(clk), .en_i(in[64]), .a_i(in[63:32]), .b_i(in[31:0]), .sum_o(out));
  end else if (Unit == 4) begin : gen_fused
    logic [31:0] sum;

    sumac_fused `WITH((.Group(Group), .Depth(AddDepth))) u_unit (
      .clk_i(clk), .en_i(in[32*Group+32]), .products_i(in[32*Group-1:0]),
      .psum_i(in[32*Group +: 32]), .sum_o(sum));

    assign out = settled(sum);
  end else begin : gen_pe
    logic [31:0] sum;

    sumac_pe `WITH((.ManBits(ManBits), .Comp(Comp), .AddDepth(AddDepth))) u_unit (
      .clk_i        (clk),
      .en_i         (in[2*W+37]),
      .swap_i       (in[2*W+36]),
      .load_i       (in[2*W+35]),
      .act_special_i(in[2*W+34]),
      .act_i        (in[W+34 +: W]),
      .wgt_flags_i  (in[W+33:W+32]),
      .wgt_offset_i (in[32 +: W]),
      .psum_i       (in[31:0]),
      .swap_o       (out[2*W+36]),
      .load_o       (out[2*W+35]),
      .act_special_o(out[2*W+34]),
      .act_o        (out[W+34 +: W]),
      .wgt_flags_o  (out[W+33:W+32]),
      .wgt_offset_o (out[32 +: W]),
      .sum_o        (sum)
    );

    assign out[31:0] = settled(sum);
  end

  integer file;
  int     vectors = 0;
  logic   differs = 1'b0;

  initial begin
    file = $fopen("unit.hex", "r");
    while (!differs && $fscanf(file, "%h %h", in, expected) == 2) begin
      vectors = vectors + 1;
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      differs = vectors > Skip && out !== expected;
    end
    if (differs) $display("FAIL vector %0d: of %h came %h, expected %h", vectors, in, out, expected);
    else if (vectors > Skip) $display("PASS %0d vectors", vectors);
    else $display("FAIL no vectors");
    $finish;
  end

endmodule
