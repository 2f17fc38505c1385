# SPDX-License-Identifier: Apache-2.0
"""The programs sumac-synth and sweep as they are called."""
import json
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

import tools

SYNTH = str(tools.ROOT / "synth" / "sumac-synth")
SWEEP = str(tools.ROOT / "synth" / "sweep")
NEWER = tools.ROOT / "synth" / "yosys" / "yosys"


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=tools.ROOT)


class Commands(unittest.TestCase):
    def refused(self, *words):
        answer = run(*words)
        with self.subTest(words=words):
            self.assertEqual(answer.returncode, 2)
            self.assertEqual(answer.stdout, "")
            self.assertRegex(answer.stderr, r"\A(sumac-synth|sweep): [^\n]*\.\n\Z")
        return answer.stderr

    def test_wrong_calls_get_one_sentence(self):
        calls = ["", "--design alu", "--design mac --mul fixed", "--design pam --mul ieee",
                 "--design mac --format e8m2", "--design mac --format e8m24", "--design mac --format fp16",
                 "--design mac --array 4x4", "--design array --array 0x4", "--design array --array 4",
                 "--design array --array 65x1", "--design pe --add-depth 0", "--design pe --add-depth 5",
                 "--design pe --add-depth two", "--design mul --add-depth 2", "--design fadd --mul pam",
                 "--design mac --accumulator fused4", "--design fused_pe --accumulator fused5",
                 "--design array --array 6x4 --accumulator fused4",
                 "--design array --accumulator fused4 --check-tile README.md",
                 "--design fused --mul pam", "--design fused --format bf16", "--design pe --structure booth",
                 "--design fadd --format bf16", "--design pe --lib none", "--design pe --lib none.lib",
                 "--design pe --clock-ns 0", "--design pe --clock-ns nan", "--design pe --clock-ns -3",
                 "--design pe --script best", "--design pe -j 0", "--design pe --check -1",
                 "--design pe --fpga virtex", "--design pe --fpga ice40 --lib osu018",
                 "--design pe --fpga ice40 --check 3", "--design pe --flat", "--design pe --frob",
                 "--design none.sv:pe", "--design synth/booth.v:no", "--design synth/booth.v:",
                 "--design rtl/sumac_fifo.sv:sumac_fifo --mul pam",
                 "--design rtl/sumac_fifo.sv:sumac_fifo --check 3",
                 "--design pe --energy no-such.fst", "--design pe --energy README.md",
                 "--design mac --energy README.md", "--design pe --fpga ice40 --energy README.md",
                 "--design array --check-tile no-such.fst", "--design array --check-tile README.md",
                 "--design pe --check-tile README.md", "--design array --fpga ice40 --check-tile README.md",
                 "--design rtl/sumac_fifo.sv:sumac_fifo --check-tile README.md",
                 "--design pe --yosys no-such-yosys", "--design pe --cache /dev/null/x"]
        for call in calls:
            self.refused(SYNTH, *call.split())
        self.assertIn("e8m3 to e8m23", self.refused(SYNTH, "--design", "mac", "--format", "e8m2"))

    def test_a_broken_library_gets_one_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"empty": "", "cut": "library (x) { cell (A) {", "binary": "\0\1\2"}.items():
                path = pathlib.Path(folder) / f"{name}.lib"
                path.write_text(text)
                self.refused(SYNTH, "--design", "product", "--lib", str(path))

    def test_gives_json_of_any_library(self):
        with tempfile.TemporaryDirectory() as folder:
            library = pathlib.Path(folder) / "mine.lib"
            library.write_text(tools.OSU018.read_text(encoding="latin-1").replace(
                "area : 24;", "area : 12;"), encoding="latin-1")
            common = [SYNTH, "--design", "product", "--format", "e8m3", "--script", "area", "--json"]
            answers = [run(*common, "--lib", lib) for lib in ("osu018", str(library))]
            plain, halved = (json.loads(answer.stdout) for answer in answers)
            self.assertEqual([answer.stderr for answer in answers], ["", ""])
            self.assertLess(halved["area"], plain["area"])
            for field in ("area", "gate_equivalents", "min_period_ns", "path", "power_mw", "cells",
                          "modules", "spread", "tools"):
                self.assertTrue(plain[field], field)

    def test_words_and_the_netlist_agree_with_the_json(self):
        with tempfile.TemporaryDirectory() as folder:
            out, net = pathlib.Path(folder) / "a" / "r.json", pathlib.Path(folder) / "n.v"
            common = [SYNTH, "--design", "product", "--format", "e8m3", "--script", "area"]
            self.assertEqual(run(*common, "--out", str(out), "--netlist", str(net)).stdout, "")
            result = json.loads(out.read_text())
            words = run(*common, "--check", "100").stdout
            self.assertIn(f"{result['area']:,.0f} um^2", words)
            self.assertIn("100 random cycles equal to the RTL", words)
            self.assertEqual(net.read_text().count("NAND2X1 "), result["cells"].get("NAND2X1", 0))


    def test_a_module_of_the_users(self):
        """Counted by hand: eight registers, and a xor and an and of two bits each."""
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "mine.sv"
            source.write_text("module other(input logic a_i); endmodule\n"
                              "module mine(input logic clk_i, input logic [3:0] a_i, b_i,\n"
                              "  output logic [7:0] y_o);\n"
                              "  always_ff @(posedge clk_i) y_o <= {a_i ^ b_i, a_i & b_i};\n"
                              "endmodule\n")
            common = [SYNTH, "--design", f"{source}:mine"]
            result = json.loads(run(*common, "--script", "area", "--json").stdout)
            self.assertEqual(result["cells"]["DFFPOSX1"], 8)
            self.assertEqual((result["design"], result["mul"], result["format"]), ("mine", None, None))
            self.assertTrue(result["meets_clock"])
            on_fpga = json.loads(run(*common, "--fpga", "ice40", "--json").stdout)
            self.assertEqual((on_fpga["luts"], on_fpga["registers"]), (8, 8))
            # One LUT between registers; then two additions one after the other.
            source.write_text(source.read_text().replace("a_i & b_i", "a_i + b_i + {2{a_i[3:2]}}"))
            deeper = json.loads(run(*common, "--fpga", "ice40", "--json").stdout)
            self.assertLess(deeper["mhz"], on_fpga["mhz"])
            self.assertEqual(deeper["mhz"], sorted(deeper["mhz_of_seeds"])[1])
            self.assertIn(f"{deeper['mhz']:.2f} MHz", run(*common, "--fpga", "ice40").stdout)
            self.assertIn("mine\n", run(*common, "--script", "area").stdout)


@unittest.skipUnless((NEWER.parent / "node_modules").is_dir(), "no newer Yosys: npm ci --prefix synth/yosys")
class NewerYosys(unittest.TestCase):
    def test_its_netlists_give_the_words_of_the_rtl(self):
        answer = run(SYNTH, "--design", "mac", "--format", "e8m3", "--yosys", str(NEWER.relative_to(tools.ROOT)),
                     "--script", "area", "--structure", "plain", "--check", "50", "--json")
        self.assertEqual(answer.stderr, "")
        result = json.loads(answer.stdout)
        self.assertEqual(result["checked"]["cycles"], 50)
        self.assertNotIn("Yosys 0.23", result["tools"]["yosys"])

    def test_what_is_wrong_is_told(self):
        answer = run(SYNTH, "--design", "rtl/sumac_pam.sv:absent", "--yosys", str(NEWER))
        self.assertRegex(answer.stderr, r"is not read: yosys failed: [^\n]*absent[^\n]*\.\n\Z")


class Sweeps(unittest.TestCase):
    def test_prints_commands_runs_them_and_makes_the_tables(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            sweep = folder / "sweep.json"
            sweep.write_text(json.dumps({"results": str(folder / "out"), "runs": [
                {"design": ["mac"], "mul": ["pam", "ieee"], "format": ["e8m3"], "add-depth": [1],
                 "clock-ns": [40], "script": ["area"]},
                {"design": ["product"], "mul": ["pam"], "format": ["e8m3"], "clock-ns": [20],
                 "script": ["area"]},
                {"design": ["fadd"], "add-depth": [1], "clock-ns": [40], "script": ["area"]}]}))
            document = folder / "doc.md"
            document.write_text("before\n<!-- from here: written by synth/sweep report -->\nold\n"
                                "<!-- to here -->\nafter\n")
            options = ("--file", str(sweep), "--document", str(document))
            missing = run(SWEEP, "report", *options)
            self.assertEqual(missing.returncode, 2)
            self.assertIn("no result of this RTL yet; run: synth/sumac-synth", missing.stderr)
            lines = run(SWEEP, "commands", *options).stdout.splitlines()
            self.assertEqual(len(lines), 4)
            self.assertEqual(run(*shlex.split(lines[0])).returncode, 0)
            lost = run(SWEEP, "report", "--file", str(sweep), "--document", str(folder / "lost.md"))
            self.assertRegex(lost.stderr, r"\Asweep: --document [^\n]*lost.md cannot be read: [^\n]*\.\n\Z")
            self.assertEqual(run(SWEEP, "report", *options).returncode, 0)
            self.assertIn("Of 4 runs 1 have been made;", document.read_text())
            self.assertEqual(run(SWEEP, "run", *options).stdout.splitlines(), lines[1:])
            other = folder / "out" / "fadd-1-40-area.json"  # as of RTL that has changed since
            other.write_text(re.sub('"rtl": "[0-9a-f]+"', '"rtl": "0"', other.read_text()))
            self.assertEqual(run(SWEEP, "run", *options).stdout.splitlines(), lines[3:])
            self.assertEqual(run(SWEEP, "report", *options).returncode, 0)
            text = document.read_text()
            self.assertNotIn("have been made", text)
            self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
            self.assertNotIn("old", text)
            result = json.loads((folder / "out" / "mac-pam-e8m3-1-40-area.json").read_text())
            self.assertRegex(text, rf"\| mac, e8m3 \| 40 ns \| [\d.]+ \| {result['area']:,.0f} \|")
            self.assertIn("<svg", document.with_suffix(".svg").read_text())
            parts = (folder / "doc-parts.svg").read_text()
            self.assertIn("registers between and enables", parts)
            self.assertIn("mac ieee", parts)

    def test_runs_a_module_of_ones_own_again_where_its_file_has_changed(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            own, sweep = folder / "own.sv", folder / "sweep.json"
            text = "module own(input logic [7:0] a_i, output logic [7:0] p_o); assign p_o = a_i + 3; endmodule\n"
            own.write_text(text)
            sweep.write_text(json.dumps({"results": str(folder / "out"), "runs": [
                {"design": [f"{own}:own"], "clock-ns": [40], "script": ["area"]}]}))
            made = [len(run(SWEEP, "run", "--file", str(sweep)).stdout.splitlines()) for _ in range(2)]
            own.write_text(text.replace("3", "5"))
            made.append(len(run(SWEEP, "run", "--file", str(sweep)).stdout.splitlines()))
            self.assertEqual(made, [1, 0, 1])

    def test_wrong_sweeps_get_one_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "s.json"
            for text in ("{", "[]", '{"runs": [{}]}', '{"runs": [{"design": "mac"}]}',
                         '{"runs": [{"design": ["mac"], "colour": [1]}]}',
                         '{"runs": [{"design": ["mac", "mac"]}]}'):
                path.write_text(text)
                answer = run(SWEEP, "commands", "--file", str(path))
                self.assertEqual(answer.returncode, 2, text)
                self.assertRegex(answer.stderr, r"\Asweep: [^\n]*\.\n\Z")


if __name__ == "__main__":
    unittest.main()
