# SPDX-License-Identifier: Apache-2.0
"""Mapped netlists, simulated with models of the Liberty functions, give the RTL's words."""
import contextlib
import io
import json
import pathlib
import re
import tempfile
import unittest

import tools
from flow import Failed, Wrong, command, gates, mapping, stimulus, tools as programs
from flow.designs import RTL, Design

CYCLES = 300

# The core with two tiles of nine rows, recorded from cycle BEGIN on. Its results are taken late now and
# then, which halts the array.
CORE = """`timescale 1ns / 1ps
module bench;
  localparam Rows = ROWS, Cols = COLS, W = WIDTH;
  reg clk = 0, rst_n = 0, res_ready = 0;
  reg [Cols*W-1:0] wgt;
  reg [Rows*W-1:0] act;
  integer cycle, i, seed = 1, tiles = 0, beats = 0;
  wire cmd_ready, wgt_ready;
  sumac_core #(.Rows(Rows), .Cols(Cols), .Mul(MUL), .ManBits(W - 9), .AddDepth(DEPTH)) u_core (
    .clk_i(clk), .rst_ni(rst_n),
    .cmd_valid_i(tiles < 2), .cmd_ready_o(cmd_ready), .cmd_rows_i(9'd9), .cmd_base_i(8'd0),
    .cmd_src_i(2'd0), .cmd_dst_i(1'b1),
    .wgt_valid_i(beats < 2 * Rows), .wgt_ready_o(wgt_ready), .wgt_data_i(wgt),
    .act_valid_i(1'b1), .act_ready_o(), .act_data_i(act),
    .psum_valid_i(1'b0), .psum_ready_o(), .psum_data_i({Cols*32{1'b0}}),
    .res_valid_o(), .res_ready_i(res_ready), .res_data_o(), .idle_o());
  function [W-1:0] word(input [31:0] bits);
    word = {bits[0], 6'b011111, bits[2:1], bits[3 +: W-9]};
  endfunction
  always @(posedge clk) if (rst_n) begin
    tiles <= tiles + (tiles < 2 && cmd_ready);
    beats <= beats + (beats < 2 * Rows && wgt_ready);
  end
  initial begin
    $dumpfile("tile.vcd");
    for (cycle = 0; cycle < 60; cycle = cycle + 1) begin
      rst_n = cycle > 1;
      res_ready = cycle % 5 != 0;
      for (i = 0; i < Cols; i = i + 1) wgt[i*W +: W] = word($random(seed));
      for (i = 0; i < Rows; i = i + 1) act[i*W +: W] = word($random(seed));
      if (cycle == BEGIN) $dumpvars(0, u_core);
      #5 clk = 1;
      #5 clk = 0;
    end
    $finish;
  end
endmodule
"""


def record(design, begin):
    """The text of a recording as `sumac trace` makes one, as VCD, by the RTL in Icarus, whose VCD lacks
    the parameters."""
    rows, cols = design.shape
    text = CORE
    for name, value in (("ROWS", rows), ("COLS", cols), ("WIDTH", 9 + design.man_bits), ("BEGIN", begin),
                        ("MUL", int(design.mul == "ieee")), ("DEPTH", design.add_depth)):
        text = text.replace(name, str(value))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "bench.sv").write_text(text)
        programs.run(["iverilog", "-g2012", "-DSYNTHESIS", f"-I{RTL}", "-s", "bench", "-o", "bench.vvp",
                      "bench.sv", *map(str, design.files())], folder, "compile.log")
        programs.run(["vvp", "-n", "bench.vvp"], folder, "run.log")
        text = (folder / "tile.vcd").read_text()
    parameters = {**design.parameters, "Comp": 0}
    text = text.replace("u_array $end\n", "u_array $end\n" + "".join(
        f"$var parameter 32 p{name} {name} [31:0] $end\n" for name in parameters), 1)
    return text.replace("$enddefinitions $end\n", "$enddefinitions $end\n" + "".join(
        f"b{value:b} p{name}\n" for name, value in parameters.items()), 1)


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
        self.equal(Design("array", "pam", "e8m3", "8x2", 2, accumulator="fused4"), "plain", "area")

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


class Tiles(unittest.TestCase):
    """On recordings from the cycle in which the second tile's first weights come."""

    @classmethod
    def setUpClass(cls):
        cls.mapper = tools.mapper()
        cls.design = Design("array", "pam", "bf16", "2x3", 1)
        cls.mapped = cls.mapper.map(cls.design, "plain", "area", mapping.TIGHT_PS)
        cls.folder = tempfile.TemporaryDirectory()
        cls.text = record(cls.design, 6)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def recording(self, text=None, name="tile.vcd"):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(text or self.text)
        return stimulus.Recording(path, "--check-tile")

    def check(self, recording, **more):
        return gates.check_tile(self.mapper, self.design, self.mapped, recording, **more)

    def test_the_netlist_gives_the_words_of_the_recording(self):
        found = self.check(self.recording())
        # The second tile's swap comes in cycle 14 and its first row a cycle later; a halt included, the
        # row's sums come in cycles 19, 20 and 21 of 60, the recording's 13, 14 and 15 of 54.
        self.assertEqual((found["trace"], found["cycles"], found["cycles_compared"], found["words_compared"]),
                         ("tile.vcd", 54, 41, 41 + 40 + 39))
        for design, begin in ((Design("array", "ieee", "e8m3", "3x2", 2), 8),
                              (Design("array", "pam", "e8m4", "2x2", 3, flat=True), 6)):
            with self.subTest(design=design.describe()):
                front = mapping.fronts(design, self.mapper.library, "yosys")[0]
                mapped = self.mapper.map(design, front, "area", mapping.TIGHT_PS)
                one = self.recording(record(design, begin))
                one.must_be_of(design)
                self.assertGreater(gates.check_tile(self.mapper, design, mapped, one)["words_compared"], 60)

    def test_a_changed_word_is_seen_where_it_is_due(self):
        one = self.recording()
        for cycle in (13, 53):
            one.cycles[cycle]["sum_o"] ^= 1
            with self.assertRaisesRegex(Failed, f"tile.vcd differ .*DIFFERENT in cycle {cycle}: the recording"):
                self.check(one)
            one.cycles[cycle]["sum_o"] ^= 1
        one.cycles[13]["sum_o"] ^= 1 << 32  # column 1 is still at the sums of the first tile's weights
        self.check(one)

    def test_one_wrong_gate_is_seen(self):
        for gate, other in (("^  XOR2X1 ", "  XNOR2X1 "), (r"^(  XOR2X1 [^;]*\.Y\()[^)]*", r"\1")):  # or no output
            with self.subTest(other), self.assertRaisesRegex(Failed, "DIFFERENT in cycle"):
                self.check(self.recording(), edit=lambda text: re.sub(gate, other, text, count=1, flags=re.M))

    def test_the_command_tells_what_was_compared(self):
        one = self.recording()
        call = ["--design", "array", "--array", "2x3", "--format", "bf16", "--add-depth", "1", "--script", "area",
                "--structure", "plain", "--cache", str(self.mapper.store.folder), "--check-tile", str(one.path)]
        answers = []
        for more in ([], ["--json"]):
            with contextlib.redirect_stdout(io.StringIO()) as words:
                self.assertEqual(command.main(call + more), 0)
            answers.append(words.getvalue())
        self.assertIn("120 words in 41 of 54 cycles equal to those of tile.vcd", answers[0])
        self.assertEqual(json.loads(answers[1])["checked_tiles"], [{
            "trace": "tile.vcd", "trace_sha256": one.hash, "cycles": 54, "cycles_compared": 41,
            "words_compared": 120}])

    def test_what_does_not_suit_is_refused(self):
        one = self.recording()
        self.assertIsNone(one.must_be_of(self.design))
        for other in (Design("array", "ieee", "bf16", "2x3", 1), Design("array", "pam", "fp32", "2x3", 1),
                      Design("array", "pam", "bf16", "3x2", 1), Design("array", "pam", "bf16", "2x3", 2)):
            with self.assertRaisesRegex(Wrong, "another array: give --array 2x3 --mul pam --format bf16"
                                        r" --add-depth 1\.$"):
                one.must_be_of(other)
        with self.assertRaisesRegex(Wrong, "cut short"):
            self.recording(self.text[:-1])
        with self.assertRaisesRegex(Wrong, "record a whole tile"):
            self.check(self.recording(self.text[:self.text.index("\n#150000\n") + 1]))
        with self.assertRaisesRegex(Wrong, "record a whole tile"):  # its first weights came before
            self.check(self.recording(record(self.design, 7)))
        with self.assertRaisesRegex(Wrong, "no recording"):
            self.recording(self.text.replace(" sum_o ", " sum "))

    def test_a_cut_waveform_is_refused(self):
        vcd, whole = (pathlib.Path(self.folder.name) / name for name in ("whole.vcd", "whole.fst"))
        vcd.write_text(self.text)
        programs.run(["vcd2fst", "-v", str(vcd), "-f", str(whole)], vcd.parent, "log")
        one = stimulus.Recording(whole)
        self.assertEqual(one.cycles, self.recording().cycles)
        cut = whole.with_name("cut.fst")
        for end in (-1, -5, -200, 400, 200):  # of the first, fst2vcd does not come back
            cut.write_bytes(whole.read_bytes()[:end])
            with self.assertRaisesRegex(Wrong, "cut short"):
                stimulus.Recording(cut)


if __name__ == "__main__":
    unittest.main()
