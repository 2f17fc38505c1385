# SPDX-License-Identifier: Apache-2.0
"""Mapped netlists, simulated with models of the Liberty functions, give the RTL's words."""
import re
import unittest

import tools
from flow import Failed, gates, mapping
from flow.designs import Design

CYCLES = 300


class Gates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mapper = tools.mapper()

    def equal(self, design, front, script):
        with self.subTest(design=design.describe(), structure=front, script=script):
            folder = self.mapper.map(design, front, script, mapping.TIGHT_PS)
            self.assertEqual(gates.check(self.mapper, design, folder, CYCLES, 1), CYCLES)

    def test_elements_and_arrays_are_the_rtl(self):
        self.equal(Design("pe", "pam", "bf16", None, 2), "plain", "sop_nf")
        self.equal(Design("mac", "pam", "bf16", None, 2), "adders_ripple", "lean_long")
        self.equal(Design("mac", "pam", "bf16", None, 2), "adders_ripple", "lean")
        self.equal(Design("mac", "ieee", "e8m4", None, 4), "booth", "resyn")
        self.equal(Design("array", "pam", "e8m3", "2x3", 1), "plain", "area")
        self.equal(Design("product", "ieee", "fp32"), "booth_adders", "area")
        self.equal(Design("array", "ieee", "e8m3", "2x2", 2), "booth_adders", "area")

    def test_groups_are_the_rtl(self):
        self.equal(Design("fused", add_depth=1, accumulator="fused4"), "adders", "area")
        self.equal(Design("fused_pe", "pam", "e8m3", None, 3, accumulator="fused4"), "plain", "area")

    def test_every_script_maps_the_adder(self):
        for script in mapping.SCRIPTS:
            self.equal(Design("fadd", add_depth=3), "plain", script)

    def test_every_structure_of_the_multiplier_multiplies(self):
        for fmt in ("e8m3", "e8m10"):  # significands of even and odd length
            for front in mapping.fronts(Design("mul"), self.mapper.library, "yosys"):
                self.equal(Design("mul", None, fmt), front, "area")

    def test_one_wrong_gate_is_seen(self):
        design = Design("pe", "pam", "bf16", None, 2)
        folder = self.mapper.map(design, "plain", "sop_nf", mapping.TIGHT_PS)
        for cell, other in (("NAND2X1", "NOR2X1"), ("INVX1", "BUFX2")):
            def broken(text):
                text, number = re.subn(rf"^  {cell} ", f"  {other} ", text, count=1, flags=re.M)
                self.assertEqual(number, 1)
                return text
            with self.subTest(cell=cell), self.assertRaisesRegex(Failed, "differ.*DIFFERENT in cycle"):
                gates.check(self.mapper, design, folder, 4000, 1, edit=broken)

    def test_another_design_is_seen(self):
        folder = self.mapper.map(Design("mac", "pam", "e8m3", None, 1), "plain", "area", 1)
        with self.assertRaisesRegex(Failed, "differ.*DIFFERENT in cycle"):
            gates.check(self.mapper, Design("mac", "ieee", "e8m3", None, 1), folder, CYCLES, 1)


if __name__ == "__main__":
    unittest.main()
