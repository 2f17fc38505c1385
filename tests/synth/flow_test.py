# SPDX-License-Identifier: Apache-2.0
"""The figures: counted a second way, and of the shape that they must have."""
import re
import subprocess
import unittest

import tools
from flow import fpga, synthesis, timing
from flow.designs import Design
from flow.netlist import Netlist, single_bits

SCRIPTS = ("area", "sop_nf")


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mapper = tools.mapper()

    def test_area_is_what_yosys_counts(self):
        result, folder = synthesis.synthesize(self.mapper, Design("fadd", add_depth=1), 12.0, SCRIPTS)
        stat = subprocess.run(
            ["yosys", "-p", f"read_liberty -lib {tools.OSU018}; read_verilog {folder}/mapped.v;"
             f" stat -liberty {tools.OSU018}"], capture_output=True, text=True, check=True).stdout
        self.assertAlmostEqual(float(re.search(r"Chip area.*: ([\d.]+)", stat).group(1)),
                               result["area"], delta=0.01)
        for cell, number in result["cells"].items():
            self.assertRegex(stat, rf"{cell} +{number}\n")
        self.assertEqual(result["area_registers"], 32 * 96)  # 32 flip-flops of 96 um^2
        self.assertAlmostEqual(result["gate_equivalents"], result["area"] / 24, delta=0.1)

    def test_takes_the_smallest_that_meets_the_clock(self):
        results = {clock: synthesis.synthesize(self.mapper, Design("fadd", add_depth=1), clock,
                                               SCRIPTS)[0] for clock in (30.0, 12.0, 1.0)}
        loose, middle, tight = results.values()
        self.assertEqual(loose["area"], loose["spread"]["area_min"])
        self.assertLess(loose["area"], middle["area"])
        self.assertLess(middle["min_period_ns"], 12.0)
        self.assertGreater(loose["min_period_ns"], 12.0)
        self.assertFalse(tight["meets_clock"])
        self.assertEqual(tight["min_period_ns"], tight["fastest"]["period_ns"])
        self.assertEqual(tight["spread"]["meeting_clock"], 0)

    def test_a_path_starts_and_ends_at_names_of_the_rtl(self):
        result, _ = synthesis.synthesize(self.mapper, Design("fadd", add_depth=2), 12.0, ("sop_nf",))
        names = r"^((a_i|b_i|sum_o|u_add\.\w+)\[\d+\]|u_add\.nrm_carry)$"
        self.assertRegex(result["path"]["start"], names)
        self.assertRegex(result["path"]["end"], names)
        self.assertGreater(result["path"]["stages"], 10)

    def test_power_grows_with_the_frequency(self):
        design = Design("fadd", add_depth=2)
        folder = self.mapper.map(design, "plain", "sop_nf", 1)
        slow, fast = (timing.power(self.mapper, design, folder, clock) for clock in (20.0, 10.0))
        for part in ("internal", "switching"):
            self.assertAlmostEqual(fast[part] / slow[part], 2, places=3)
        self.assertAlmostEqual(fast["leakage"] / slow["leakage"], 1, places=3)

    def test_an_array_is_its_element_so_many_times(self):
        pe, array = (synthesis.synthesize(self.mapper, design, 30.0, ("area",))[0] for design in (
            Design("pe", "pam", "e8m3", None, 1), Design("array", "pam", "e8m3", "2x3", 1)))
        self.assertEqual(array["cells"]["DFFPOSX1"], 6 * pe["cells"]["DFFPOSX1"])
        # Not to the cell: abc sees the element's gates in another order, and zeros' signs are below.
        self.assertAlmostEqual(array["area"] / (6 * pe["area"]), 1, delta=0.02)

    def test_a_multiplier_is_larger_than_an_add_and_booth_is_tried(self):
        pam, ieee = (synthesis.synthesize(self.mapper, Design("product", mul, "e8m10"), 40.0,
                                          ("area",))[0] for mul in ("pam", "ieee"))
        self.assertLess(pam["area"], 0.5 * ieee["area"])
        structures = {one["structure"] for one in ieee["candidates"]}
        self.assertLessEqual({"tree", "booth", "tree_adders", "booth_adders"}, structures)

    def test_counts_by_module_multiply_down_the_hierarchy(self):
        text = """module leaf(a, y);
  input a;
  INVX1 _0_ (
    .A(a),
    .Y(y)
  );
endmodule

module pair(a, y);
  leaf one (
    .a(a),
    .y(y)
  );
  leaf \\two[1]  (
    .a(a),
    .y(y)
  );
endmodule

module top(a, y);
  pair first (
    .a(a),
    .y(y)
  );
  pair second (
    .a(a),
    .y(y)
  );
  DFFPOSX1 _1_ (
    .CLK(a),
    .D(a),
    .Q(\\kept.q [3])
  );
endmodule
"""
        netlist = Netlist(text, self.mapper.library)
        self.assertEqual(netlist.cells("top"), {"INVX1": 4, "DFFPOSX1": 1})
        self.assertEqual([row[:2] for row in netlist.area_by_module("top")], [("top", 1), ("leaf", 4)])
        self.assertEqual(netlist.name_of("top", "_1_"), "kept.q[3]")

    def test_assigned_concatenations_become_single_bits(self):
        text = """  output [3:0] y;
  wire \\a.b[1] ;
  assign { y[3:2], y[0] } = { 2'b01, \\a.b[1]  };
  assign y[1] = one;
"""
        self.assertEqual(single_bits(text), """  output [3:0] y;
  wire \\a.b[1] ;
  assign y [3] = 1'b0;
  assign y [2] = 1'b1;
  assign y [0] = \\a.b[1] ;
  assign y[1] = one;
""")

    def test_dsp_blocks_are_for_multipliers(self):
        pam, ieee = (fpga.synthesize(tools.store(), Design("product", mul, "e8m10"), "ecp5", "yosys")
                     for mul in ("pam", "ieee"))
        self.assertEqual(pam["dsps"], 0)
        self.assertGreater(ieee["dsps"], 0)
        self.assertGreater(pam["luts"], 20)


if __name__ == "__main__":
    unittest.main()
