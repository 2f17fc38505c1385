// SPDX-License-Identifier: Apache-2.0
//
// Gives the words of a file (hexadecimal, one a line) to a valid/ready stream. Of 100 words, Stall
// come a cycle or more later than they could. While there is no word, data is unknown: nobody may
// look at it. ended_o: the last word has been taken.
module replay_source #(
  parameter int Width = 32,
  parameter     File  = "",
  parameter int Stall = 0
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o,
  output logic             ended_o
);

  integer           file;
  logic [Width-1:0] next;

  initial file = $fopen(File, "r");

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o <= 1'b0;
      ended_o <= 1'b0;
    end else if (!valid_o || ready_i) begin
      valid_o <= 1'b0;
      data_o  <= 'x;
      if ($urandom_range(99) >= Stall) begin
        if ($fscanf(file, "%h", next) == 1) begin
          valid_o <= 1'b1;
          data_o  <= next;
        end else begin
          ended_o <= 1'b1;
        end
      end
    end
  end

endmodule
