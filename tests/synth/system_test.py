# SPDX-License-Identifier: Apache-2.0
"""Energies of networks and tables of components, by hand and as the program prints them."""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import tools
from flow import Wrong, system

ENERGY = str(tools.ROOT / "synth" / "energy")
ONES = [{"trace": f"{name}-1.fst", "macs": macs, "pj_per_mac": pj, "pj_per_idle_cycle": 20.0}
        for name, macs, pj in (("forward", 100, 50.0), ("forward", 300, 90.0), ("input-gradient", 1, 70.0),
                               ("weight-gradient", 1, 60.0))]
RESULT = {"mul": "pam", "format": "bf16", "library": "osu018_stdcells", "clock_ns": 10.0, "area": 1000.0,
          "energy": ONES, "energy_pj_per_mac": 79.0}
LAYER = {"name": "conv1 forward", "count": 2, "m": 100, "n": 20, "k": 32, "macs": 64000, "cycles": 500,
         "bytes_read": 4000, "bytes_written": 8000}
CYCLES = {"array": "16x16", "batch": 4, "layers": [LAYER, {**LAYER, "name": "conv1 weight-gradient"}],
          "bytes_read": 16000}


class Networks(unittest.TestCase):
    def test_memories_follow_the_stated_model(self):
        self.assertAlmostEqual(system.sram_pj(8), 5 * 16)      # 10 pJ for 64 bits at 45 nm
        self.assertAlmostEqual(system.sram_pj(32), 10 * 16)
        self.assertAlmostEqual(system.sram_um2(1), 8192 * 4.536 / 0.6, places=3)

    def test_accesses_by_hand(self):
        # Two n-tiles, so 256 rows fit the banks: one piece. A twice, B once, 1,000 words loaded.
        self.assertEqual(system.layer_accesses(LAYER, 16, 16), (100 * 32 * 2 + 20 * 32 + 1000, 4000))
        longer = {**LAYER, "m": 600}
        self.assertEqual(system.layer_accesses(longer, 16, 16)[0], 600 * 32 * 2 + 3 * 20 * 32 + 1000)

    def test_a_network_by_hand(self):
        found = system.network(CYCLES, RESULT)
        idle = 500 * 256 - 64000
        expected = {"MACs": 2 * 64000 * (80 + 60), "idle elements": 4 * idle * 20,
                    "windows": 4 * 8040 * 5 * 4 * 16, "partial sums": 4 * 4000 * 5 * 0.5 * 16,
                    "DMA and DRAM": 4 * 12000 * 8 * 1300 / 64}
        self.assertEqual(list(found), list(expected))
        for part, value in expected.items():
            self.assertAlmostEqual(found[part], 1e-12 * value, places=15, msg=part)

    def test_a_pass_without_a_recording_is_refused(self):
        with self.assertRaisesRegex(Wrong, "weight-gradient"):
            system.network(CYCLES, {**RESULT, "energy": ONES[:2]})


class Program(unittest.TestCase):
    def run_with(self, *words):
        return subprocess.run([ENERGY, *words], capture_output=True, text=True, check=False)

    def test_tables_agree_with_what_they_are_of(self):
        with tempfile.TemporaryDirectory() as folder:
            element, cycles = (pathlib.Path(folder) / name for name in ("pam.json", "net.json"))
            element.write_text(json.dumps(RESULT))
            cycles.write_text(json.dumps(CYCLES))
            words = self.run_with("--element", str(element), "--cycles", str(cycles)).stdout
            row = words.splitlines()[2].split("|")
            shares = [float(word) for word in re.findall(r"([\d.]+) %", words)]
            self.assertAlmostEqual(sum(shares), 100, delta=0.3)
            whole = sum(system.network(CYCLES, RESULT).values())
            self.assertEqual(row[1:4], [" net ", " pam, bf16 ", f" {1e3 * whole / 4:.3g} "])
            self.assertIn("fp32 multiply 3.7.", words)
            words = self.run_with("--element", str(element), "--components", "4x8").stdout
            self.assertIn("count: 32\n    area_um2: 1000.0\n    actions:\n      - {name: mac, energy_pj: 80.0000}",
                          words)
            self.assertIn("name: partial_sum_bank\n    count: 8\n", words)
            other = pathlib.Path(folder) / "other.json"
            other.write_text(json.dumps({**RESULT, "library": "osu035_stdcells"}))
            groups = pathlib.Path(folder) / "groups.json"
            groups.write_text(json.dumps({**RESULT, "accumulator": "fused4"}))
            for call in (("--element", str(other), "--components", "4x4"), ("--element", str(cycles), "--cycles", str(cycles)), ("--element", str(element)),
                         ("--element", str(groups), "--components", "4x4"),
                         ("--element", str(element), "--cycles", str(element)), ("--frob",),
                         ("--element", "none.json", "--components", "4x4")):
                answer = self.run_with(*call)
                self.assertEqual((answer.returncode, answer.stdout), (2, ""), call)
                self.assertRegex(answer.stderr, r"\Aenergy: [^\n]*\.\n\Z")


if __name__ == "__main__":
    unittest.main()
