// SPDX-License-Identifier: Apache-2.0
//
// An array of sumac_fused_pe: what sumac_array is to sumac_pe. Rows x Cols weights, Rows / Group
// elements down a column; row r is lane r modulo Group of the elements in row r / Group.
//
// Everything comes in already skewed: with group g = r / Group, row r's activation at the left is
// due g * AddDepth cycles after row 0's, group g's swap flag one cycle before that. Column c's
// weight and partial sum come as sumac_array has them. A tile's weights shift down through all
// lanes above them, one a beat: group g's load flag is set with beat g * Group at the latest.
// Latency: for activations at the left of group 0 in cycle t, psum of column c is due in cycle
// t + 1 + c, its sum comes in t + 1 + c + Rows / Group * AddDepth. en_i = 0 holds everything.
// Inside, partial sums are loose words (sumac_settle), as psum_i is; sum_o is binary32, zeros +0.
//
// No core is built around it yet: docs/rtl.md.
//
// Example (Rows = 8, Cols = 1, Group = 4, AddDepth = 2, all weights 1.0): activations 1.0 for rows
// 0 to 3 in cycle 0, for rows 4 to 7 in cycle 2, psum 0.5 in cycle 1: sum 8.5 in cycle 5.
module sumac_fused_array #(
  parameter int Rows     = 16,  // k direction, a multiple of Group
  parameter int Cols     = 16,  // n direction
  parameter int Group    = 4,   // products a group, 1 to 16
  parameter bit Mul      = 0,   // product: 0 pam, 1 IEEE
  parameter int ManBits  = 23,  // mantissa bits of the operand format, 3 to 23
  parameter int Comp     = 0,   // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth = 1,   // pipeline registers of the sum, 1 to 4
  localparam int Groups  = Rows / Group,
  localparam int W       = 9 + ManBits
) (
  input  logic               clk_i,
  input  logic               en_i,
  // At the left: lane r for row r, flags a group.
  input  logic [Rows-1:0]    act_special_i,
  input  logic [Rows*W-1:0]  act_i,
  input  logic [Groups-1:0]  swap_i,
  input  logic [Groups-1:0]  load_i,
  // At the top: lane c for column c.
  input  logic [Cols*2-1:0]  wgt_flags_i,
  input  logic [Cols*W-1:0]  wgt_offset_i,
  input  logic [Cols*32-1:0] psum_i,
  // At the bottom.
  output logic [Cols*32-1:0] sum_o
);

  if (Groups * Group != Rows) begin : gen_illegal_rows
    sumac_error_Rows_must_be_a_multiple_of_Group error ();
  end

  // What goes down: entry g * Cols + c enters group g of column c. Waived, as below: what would
  // leave the array at the bottom or at the right is taken by nobody.
  // verilator lint_off UNUSED
  logic [(Groups+1)*Cols*2-1:0]  wgt_flags;
  logic [(Groups+1)*Cols*W-1:0]  wgt_offset;
  // verilator lint_on UNUSED
  logic [(Groups+1)*Cols*32-1:0] psum;

  assign wgt_flags[Cols*2-1:0]  = wgt_flags_i;
  assign wgt_offset[Cols*W-1:0] = wgt_offset_i;
  assign psum[Cols*32-1:0]      = psum_i;

  for (genvar r = 0; r < Groups; r++) begin : gen_row
    // What goes to the right: entry c enters column c.
    // verilator lint_off UNUSED
    logic [(Cols+1)*Group-1:0]   act_special;
    logic [(Cols+1)*Group*W-1:0] act;
    logic [Cols:0]               swap, load;
    // verilator lint_on UNUSED

    assign act_special[Group-1:0] = act_special_i[r*Group +: Group];
    assign act[Group*W-1:0]       = act_i[r*Group*W +: Group*W];
    assign swap[0]                = swap_i[r];
    assign load[0]                = load_i[r];

    for (genvar c = 0; c < Cols; c++) begin : gen_col
      sumac_fused_pe #(
        .Group   (Group),
        .Mul     (Mul),
        .ManBits (ManBits),
        .Comp    (Comp),
        .AddDepth(AddDepth)
      ) u_pe (
        .clk_i,
        .en_i,
        .act_special_i(act_special[c*Group +: Group]),
        .act_i        (act[c*Group*W +: Group*W]),
        .swap_i       (swap[c]),
        .load_i       (load[c]),
        .act_special_o(act_special[(c+1)*Group +: Group]),
        .act_o        (act[(c+1)*Group*W +: Group*W]),
        .swap_o       (swap[c+1]),
        .load_o       (load[c+1]),
        .wgt_flags_i  (wgt_flags[(r*Cols+c)*2 +: 2]),
        .wgt_offset_i (wgt_offset[(r*Cols+c)*W +: W]),
        .psum_i       (psum[(r*Cols+c)*32 +: 32]),
        .wgt_flags_o  (wgt_flags[((r+1)*Cols+c)*2 +: 2]),
        .wgt_offset_o (wgt_offset[((r+1)*Cols+c)*W +: W]),
        .sum_o        (psum[((r+1)*Cols+c)*32 +: 32])
      );
    end
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_bottom
    sumac_settle u_settle (
      .loose_i(psum[(Groups*Cols+c)*32 +: 32]),
      .word_o (sum_o[c*32 +: 32])
    );
  end

endmodule
