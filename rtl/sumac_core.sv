// SPDX-License-Identifier: Apache-2.0
//
// The core: a weight-stationary array with its edges, partial-sum banks and control. It executes
// commands; one command is one weight tile, applied to cmd_rows_i activation rows.
//
// All streams are valid/ready: valid does not wait for ready, and a word stays until it is taken.
//   cmd   cmd_rows_i rows of activations (1 .. PsumDepth); partial sums from +0 (src 0), the psum
//         stream (1) or the banks (2), to the banks (dst 0) or the result stream (1); row m of the
//         tile uses bank row cmd_base_i + m modulo PsumDepth
//   wgt   Rows beats a tile, array row Rows-1 first; lane c is column c
//   act   one beat an activation row; lane r is array row r
//   psum  one beat a row of a tile with src 1, with its activation row; lane c is column c
//   res   one beat a row of a tile with dst 1, in order
// Weights may come before their command. A bank row that is still to be written makes the beat
// that touches it wait. A missing input makes a bubble; an untaken result halts the array.
//
// Latency, in cycles without halts: a beat of cycle t is in the array's row r, column c in cycle
// t + 2 + r * AddDepth + c, its sum leaves column c in t + 3 + Rows * AddDepth + c, its result is
// valid in t + 3 + Rows * AddDepth + Cols. So a tile takes M + Rows * AddDepth + Cols - 1 + 4
// cycles from its first activation to its last result; a tile that continues on the same bank rows
// follows without a bubble where M >= Rows * AddDepth + 2.
//
// Example (Rows = Cols = 1, AddDepth = 1): weight 2.0; command {rows 1, base 0, src 0, dst 1};
// activation 3.0 in cycle 0; result 6.0 in cycle 5.
module sumac_core #(
  parameter int Rows      = 16,   // array rows (k direction), at least 1
  parameter int Cols      = 16,   // array columns (n direction), at least 1
  parameter int Mul       = 0,    // product: 0 pam, 1 IEEE
  parameter int ManBits   = 23,   // mantissa bits of the operand format, 3 to 23
  parameter int Comp      = 0,    // compensation of pam, 0 <= Comp < 2^23
  parameter int AddDepth  = 2,    // pipeline registers of the adder, 1 to 4
  parameter int PsumDepth = 256,  // rows of the partial-sum banks, a power of two, at least 2
  localparam int W        = 9 + ManBits,
  localparam int RowW     = $clog2(PsumDepth)
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  input  logic               cmd_valid_i,
  output logic               cmd_ready_o,
  input  logic [RowW:0]      cmd_rows_i,
  input  logic [RowW-1:0]    cmd_base_i,
  input  logic [1:0]         cmd_src_i,
  input  logic               cmd_dst_i,

  input  logic               wgt_valid_i,
  output logic               wgt_ready_o,
  input  logic [Cols*W-1:0]  wgt_data_i,

  input  logic               act_valid_i,
  output logic               act_ready_o,
  input  logic [Rows*W-1:0]  act_data_i,

  input  logic               psum_valid_i,
  output logic               psum_ready_o,
  input  logic [Cols*32-1:0] psum_data_i,

  output logic               res_valid_o,
  input  logic               res_ready_i,
  output logic [Cols*32-1:0] res_data_o,

  output logic               idle_o  // nothing in flight, nothing buffered
);

  // Illegal parameters fail at elaboration; the message is the name of the missing module.
  if (Rows < 1) begin : gen_illegal_rows
    sumac_error_Rows_must_be_at_least_1 error ();
  end
  if (Cols < 1) begin : gen_illegal_cols
    sumac_error_Cols_must_be_at_least_1 error ();
  end
  if (Mul < 0 || Mul > 1) begin : gen_illegal_mul
    sumac_error_Mul_must_be_0_or_1 error ();
  end
  if (ManBits < 3 || ManBits > 23) begin : gen_illegal_man_bits
    sumac_error_ManBits_must_be_3_to_23 error ();
  end
  if (Comp < 0 || Comp >= 2 ** 23) begin : gen_illegal_comp
    sumac_error_Comp_must_be_0_to_8388607 error ();
  end
  if (Mul == 1 && Comp != 0) begin : gen_illegal_mul_comp
    sumac_error_Comp_must_be_0_where_Mul_is_1 error ();
  end
  if (AddDepth < 1 || AddDepth > 4) begin : gen_illegal_add_depth
    sumac_error_AddDepth_must_be_1_to_4 error ();
  end
  if (PsumDepth < 2 || 2 ** $clog2(PsumDepth) != PsumDepth) begin : gen_illegal_psum_depth
    sumac_error_PsumDepth_must_be_a_power_of_two_and_at_least_2 error ();
  end

  logic en;  // the array moves; a function of a register alone

  // ---- Cycle t: the beat ----
  logic            cmd_idle, beat, first, from_stream, from_bank, to_bank, to_result;
  logic            wgt_full, wgt_empty, bank_busy;
  logic [RowW-1:0] row;

  sumac_sequencer #(
    .PsumDepth(PsumDepth)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .en_i         (en),
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_rows_i,
    .cmd_base_i,
    .cmd_src_i,
    .cmd_dst_i,
    .act_valid_i,
    .act_ready_o,
    .psum_valid_i,
    .psum_ready_o,
    .weights_i    (wgt_full),
    .bank_busy_i  (bank_busy),
    .idle_o       (cmd_idle),
    .beat_o       (beat),
    .first_o      (first),
    .row_o        (row),
    .from_stream_o(from_stream),
    .from_bank_o  (from_bank),
    .to_bank_o    (to_bank),
    .to_result_o  (to_result)
  );

  // ---- To the array's edges: activations, weights ----
  logic [Rows-1:0]   act_special, swap, load;
  logic [Rows*W-1:0] act;
  logic [Cols*2-1:0] wgt_flags;
  logic [Cols*W-1:0] wgt_offset;

  sumac_act_edge #(
    .Rows    (Rows),
    .ManBits (ManBits),
    .AddDepth(AddDepth)
  ) u_act_edge (
    .clk_i,
    .rst_ni,
    .en_i         (en),
    .act_data_i,
    .first_i      (first),
    .act_special_o(act_special),
    .act_o        (act),
    .swap_o       (swap)
  );

  sumac_loader #(
    .Rows    (Rows),
    .Cols    (Cols),
    .ManBits (ManBits),
    .Comp    (Comp),
    .AddDepth(AddDepth)
  ) u_loader (
    .clk_i,
    .rst_ni,
    .en_i        (en),
    .wgt_valid_i,
    .wgt_ready_o,
    .wgt_data_i,
    .full_o      (wgt_full),
    .empty_o     (wgt_empty),
    .take_i      (first),
    .load_o      (load),
    .wgt_flags_o (wgt_flags),
    .wgt_offset_o(wgt_offset)
  );

  // ---- The array and its partial sums ----
  logic [Cols*32-1:0] top, sum;

  sumac_array #(
    .Rows    (Rows),
    .Cols    (Cols),
    .Mul     (Mul == 1),
    .ManBits (ManBits),
    .Comp    (Comp),
    .AddDepth(AddDepth)
  ) u_array (
    .clk_i,
    .en_i         (en),
    .act_special_i(act_special),
    .act_i        (act),
    .swap_i       (swap),
    .load_i       (load),
    .wgt_flags_i  (wgt_flags),
    .wgt_offset_i (wgt_offset),
    .psum_i       (top),
    .sum_o        (sum)
  );

  logic out_result, out_any;

  sumac_psums #(
    .Latency  (Rows * AddDepth),
    .Cols     (Cols),
    .PsumDepth(PsumDepth)
  ) u_psums (
    .clk_i,
    .rst_ni,
    .en_i         (en),
    .row_i        (row),
    .from_stream_i(from_stream),
    .from_bank_i  (from_bank),
    .to_bank_i    (to_bank),
    .to_result_i  (to_result),
    .bank_busy_o  (bank_busy),
    .psum_data_i,
    .top_o        (top),
    .sum_i        (sum),
    .result_o     (out_result),
    .any_o        (out_any)
  );

  // ---- Results: straightened, then a FIFO whose fill alone decides whether the array moves ----
  logic [Cols*32-1:0] straight;

  sumac_skew #(
    .Lanes(Cols),
    .First(Cols - 1),
    .Step (-1)
  ) u_straighten (
    .clk_i,
    .rst_ni,
    .en_i(en),
    .d_i (sum),
    .q_o (straight)
  );

  sumac_fifo #(
    .Width(Cols * 32)
  ) u_results (
    .clk_i,
    .rst_ni,
    .in_valid_i (out_result),
    .in_ready_o (en),
    .in_data_i  (straight),
    .out_valid_o(res_valid_o),
    .out_ready_i(res_ready_i),
    .out_data_o (res_data_o)
  );

  // ---- Idle: count the beats between the sequencer and the last column's bottom ----
  localparam int FlightW = $clog2(Rows * AddDepth + Cols + 4);
  logic [FlightW-1:0] flight_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) flight_q <= '0;
    else if (en) flight_q <= flight_q + FlightW'(beat) - FlightW'(out_any);
  end

  assign idle_o = cmd_idle & wgt_empty & (flight_q == '0) & ~res_valid_o;

`ifndef SYNTHESIS
  sumac_stream_check #(.Width(2 * RowW + 4)) u_check_cmd (
    .clk_i, .rst_ni, .valid_i(cmd_valid_i), .ready_i(cmd_ready_o),
    .data_i({cmd_rows_i, cmd_base_i, cmd_src_i, cmd_dst_i}));
  sumac_stream_check #(.Width(Cols * W)) u_check_wgt (
    .clk_i, .rst_ni, .valid_i(wgt_valid_i), .ready_i(wgt_ready_o), .data_i(wgt_data_i));
  sumac_stream_check #(.Width(Rows * W)) u_check_act (
    .clk_i, .rst_ni, .valid_i(act_valid_i), .ready_i(act_ready_o), .data_i(act_data_i));
  sumac_stream_check #(.Width(Cols * 32)) u_check_psum (
    .clk_i, .rst_ni, .valid_i(psum_valid_i), .ready_i(psum_ready_o), .data_i(psum_data_i));
  sumac_stream_check #(.Width(Cols * 32)) u_check_res (
    .clk_i, .rst_ni, .valid_i(res_valid_o), .ready_i(res_ready_i), .data_i(res_data_o));
`endif

endmodule
