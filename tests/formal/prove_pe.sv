// SPDX-License-Identifier: Apache-2.0
//
// One processing element with what stands before it in sumac_core: the activations' edge, the
// weights' loader and the array, of one row and one column. For proofs.
//
// Example (AddDepth = 1): weight 2.0 taken in cycle 0, first_i in cycle 1 with activation 3.0,
// psum_i = 1.0 in cycle 4: sum_o = 7.0 in cycle 5.
module prove_pe #(
  parameter int ManBits  = 23,
  parameter int Comp     = 0,
  parameter int AddDepth = 1
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               en_i,
  input  logic               wgt_valid_i,
  output logic               wgt_ready_o,
  input  logic [ManBits+8:0] wgt_data_i,
  input  logic               first_i,
  input  logic [ManBits+8:0] act_data_i,
  input  logic [31:0]        psum_i,
  output logic [31:0]        sum_o
);

  logic               act_special, swap, load, full, empty;
  logic [ManBits+8:0] act, wgt_offset;
  logic [1:0]         wgt_flags;

  sumac_act_edge #(
    .Rows    (1),
    .ManBits (ManBits),
    .AddDepth(AddDepth)
  ) u_act_edge (
    .clk_i,
    .rst_ni,
    .en_i,
    .act_data_i,
    .first_i,
    .act_special_o(act_special),
    .act_o        (act),
    .swap_o       (swap)
  );

  sumac_loader #(
    .Rows    (1),
    .Cols    (1),
    .ManBits (ManBits),
    .Comp    (Comp),
    .AddDepth(AddDepth)
  ) u_loader (
    .clk_i,
    .rst_ni,
    .en_i,
    .wgt_valid_i,
    .wgt_ready_o,
    .wgt_data_i,
    .full_o      (full),
    .empty_o     (empty),
    .take_i      (first_i),
    .load_o      (load),
    .wgt_flags_o (wgt_flags),
    .wgt_offset_o(wgt_offset)
  );

  sumac_array #(
    .Rows    (1),
    .Cols    (1),
    .ManBits (ManBits),
    .Comp    (Comp),
    .AddDepth(AddDepth)
  ) u_array (
    .clk_i,
    .en_i,
    .act_special_i(act_special),
    .act_i        (act),
    .swap_i       (swap),
    .load_i       (load),
    .wgt_flags_i  (wgt_flags),
    .wgt_offset_i (wgt_offset),
    .psum_i,
    .sum_o
  );

endmodule
