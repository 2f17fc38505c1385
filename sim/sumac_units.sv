// SPDX-License-Identifier: Apache-2.0
//
// Every arithmetic unit in every configuration under test, side by side on the same two words, so
// that one Verilated model serves all unit tests. Lane order: formats 23, 10, 7, 3 and, for pam,
// compensations 0, 0x000710CB, 0x00080000 within each; adder depths 1 to 4.
module sumac_units (
  input  logic          clk_i,
  input  logic          en_i,
  input  logic [31:0]   a_i,
  input  logic [31:0]   b_i,
  output logic [383:0]  pam_o,
  output logic [127:0]  mul_o,
  output logic [127:0]  sum_o
);

  for (genvar f = 0; f < 4; f++) begin : gen_format
    localparam int ManBits = f == 0 ? 23 : f == 1 ? 10 : f == 2 ? 7 : 3;

    for (genvar k = 0; k < 3; k++) begin : gen_comp
      sumac_pam #(
        .ManBits(ManBits),
        .Comp   (k == 0 ? 0 : k == 1 ? 'h000710CB : 'h00080000)
      ) u_pam (
        .a_i(a_i[31 -: 9 + ManBits]),
        .b_i(b_i[31 -: 9 + ManBits]),
        .p_o(pam_o[(f*3+k)*32 +: 32])
      );
    end

    sumac_mul #(
      .ManBits(ManBits)
    ) u_mul (
      .a_i(a_i[31 -: 9 + ManBits]),
      .b_i(b_i[31 -: 9 + ManBits]),
      .p_o(mul_o[f*32 +: 32])
    );
  end

  for (genvar d = 0; d < 4; d++) begin : gen_depth
    sumac_fadd #(
      .Depth(d + 1)
    ) u_add (
      .clk_i,
      .en_i,
      .a_i,
      .b_i,
      .sum_o(sum_o[d*32 +: 32])
    );
  end

endmodule
