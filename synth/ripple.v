// SPDX-License-Identifier: Apache-2.0
//
// A techmap for Yosys: the carries of an $alu (an $lcu) one after the other, the smallest way, in
// the place of Yosys's own parallel prefix, which is faster and larger.
//
// Example: P = 11, G = 01, CI = 0: CO = 11.
(* techmap_celltype = "$lcu" *)
module ripple_lcu (P, G, CI, CO);
  parameter WIDTH = 1;
  input [WIDTH-1:0] P, G;
  input CI;
  output [WIDTH-1:0] CO;

  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
      if (i == 0) begin : first
        assign CO[0] = G[0] | (P[0] & CI);
      end else begin : next
        assign CO[i] = G[i] | (P[i] & CO[i-1]);
      end
    end
  endgenerate
endmodule
