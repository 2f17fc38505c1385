// SPDX-License-Identifier: Apache-2.0
//
// One linear quantity (an address, a coordinate) along a three-digit mixed-radix index: the sum of
// digit * stride, kept up to date by additions alone. sumac_cursor counts the digits and says how
// far a step carries; this module follows it.
//
// With base0 the quantity where digits 1 and 2 are 0, and base1 where digit 2 is 0, a step adds
// delta_i to the quantity (carry 0), or goes to base1 + stride1 (carry 1: digit 1 moves on) or
// base0 + stride0 (carry 2: digit 0 moves on). saved is a copy to come back to. In one cycle the
// step is made first, then load_i replaces its result (1: by saved, 2: by zero), then save_i
// copies that. All additions wrap at Width bits. value_o is a register.
//
// Example (stride0 100, stride1 10, delta 1): steps of carry 0, 1, 0, 2 give 1, 10, 11, 100.
module sumac_axis #(
  parameter int Width = 16
) (
  input  logic             clk_i,
  input  logic             step_i,
  input  logic [1:0]       carry_i,
  input  logic [1:0]       load_i,
  input  logic             save_i,
  input  logic [Width-1:0] stride0_i,
  input  logic [Width-1:0] stride1_i,
  input  logic [Width-1:0] delta_i,
  output logic [Width-1:0] value_o
);

  logic [Width-1:0] base0_q, base1_q, value_q;
  logic [Width-1:0] saved_base0_q, saved_base1_q, saved_value_q;
  logic [Width-1:0] base0_step, base1_step, value_step;
  logic [Width-1:0] base0_d, base1_d, value_d;

  always_comb begin
    base0_step = base0_q;
    base1_step = base1_q;
    value_step = value_q;
    if (step_i) begin
      unique case (carry_i)
        2'd0: value_step = value_q + delta_i;
        2'd1: begin
          base1_step = base1_q + stride1_i;
          value_step = base1_step;
        end
        default: begin
          base0_step = base0_q + stride0_i;
          base1_step = base0_step;
          value_step = base0_step;
        end
      endcase
    end
    unique case (load_i)
      2'd0: {base0_d, base1_d, value_d} = {base0_step, base1_step, value_step};
      2'd1: {base0_d, base1_d, value_d} = {saved_base0_q, saved_base1_q, saved_value_q};
      default: {base0_d, base1_d, value_d} = '0;
    endcase
  end

  always_ff @(posedge clk_i) begin
    {base0_q, base1_q, value_q} <= {base0_d, base1_d, value_d};
    if (save_i) {saved_base0_q, saved_base1_q, saved_value_q} <= {base0_d, base1_d, value_d};
  end

  assign value_o = value_q;

endmodule
