// SPDX-License-Identifier: Apache-2.0
//
// Replays units.hex, which rtl_vectors wrote into the working folder, on sumac_units and compares
// every output, unknown bits included. Prints PASS and the number of vectors, or what differs.
module units_replay;

  logic         clk = 1'b0;
  logic [31:0]  a, b, sum;
  logic [383:0] pam, expected_pam;
  logic [127:0] mul, expected_mul, sums;

  sumac_units u_units (
    .clk_i(clk),
    .en_i (1'b1),
    .a_i  (a),
    .b_i  (b),
    .pam_o(pam),
    .mul_o(mul),
    .sum_o(sums)
  );

  // The adder of depth d gives the sum of d vectors ago, the newest being 1 after its edge.
  logic [127:0] expected_sums;
  integer       file;
  int           vectors = 0, differing = 0;

  initial begin
    file = $fopen("units.hex", "r");
    while ($fscanf(file, "%h %h %h %h %h", a, b, sum, expected_mul, expected_pam) == 5) begin
      vectors = vectors + 1;
      expected_sums = {expected_sums[95:0], sum};
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      if (pam !== expected_pam || mul !== expected_mul ||
          (vectors >= 4 && sums !== expected_sums)) begin
        differing = differing + 1;
        if (differing <= 5) begin
          $display("FAIL a %h b %h", a, b);
          $display("  pam %h\n      %h expected", pam, expected_pam);
          $display("  mul %h\n      %h expected", mul, expected_mul);
          $display("  sum %h\n      %h expected", sums, expected_sums);
        end
      end
    end
    if (vectors > 0 && differing == 0) $display("PASS %0d vectors", vectors);
    else $display("FAIL %0d of %0d vectors", differing, vectors);
    $finish;
  end

endmodule
