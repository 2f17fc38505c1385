# SPDX-License-Identifier: Apache-2.0
"""Energies: of a tiny netlist by hand, beside OpenSTA, and of elements on recordings made here."""
import pathlib
import random
import re
import tempfile
import types
import unittest

import tools
from flow import Failed, Wrong, energy, mapping, stimulus, switching, tables, timing
from flow.designs import Design
from flow.liberty import Library

# Every table is flat, so that energies are sums: of an inverter 2 + 4 a pair of changes, and so on.
LIBRARY = """library (hand) { time_unit : "1ns"; capacitive_load_unit (1, pf); nom_voltage : 2;
  leakage_power_unit : "1nW"; voltage_unit : "1V";
  lu_table_template (d) { variable_1 : total_output_net_capacitance; variable_2 : input_net_transition;
    index_1 ("0, 1"); index_2 ("0, 1"); }
  power_lut_template (e) { variable_1 : total_output_net_capacitance; variable_2 : input_transition_time;
    index_1 ("0, 1"); index_2 ("0, 1"); }
  power_lut_template (p) { variable_1 : input_transition_time; index_1 ("0, 1"); }
  cell (IV) { area : 1; cell_leakage_power : 5; pin (A) { direction : input; capacitance : 0.5; }
    pin (Y) { direction : output; function : "!A"; TIMING
      internal_power () { related_pin : "A"; rise_power (e) { values ("2, 2", "2, 2"); }
        fall_power (e) { values ("4, 4", "4, 4"); } } } }
  cell (ND) { area : 2; pin (A) { direction : input; capacitance : 0.25; }
    pin (B) { direction : input; capacitance : 0.25; }
    pin (Y) { direction : output; function : "!(A B)"; TIMING
      internal_power () { related_pin : "A"; rise_power (e) { values ("1, 1", "1, 1"); }
        fall_power (e) { values ("1, 1", "1, 1"); } }
      internal_power () { related_pin : "B"; rise_power (e) { values ("9, 9", "9, 9"); }
        fall_power (e) { values ("9, 9", "9, 9"); } } } }
  cell (FF) { area : 9; ff (Q0, Q1) { clocked_on : "C"; next_state : "D"; }
    pin (C) { direction : input; capacitance : 1; internal_power () {
      rise_power (p) { values ("3, 3"); } fall_power (p) { values ("5, 5"); } } }
    pin (D) { direction : input; capacitance : 0.125; internal_power () {
      rise_power (p) { values ("6, 6"); } fall_power (p) { values ("8, 8"); } } }
    pin (Q) { direction : output; function : "Q0"; CLOCKED
      internal_power () { related_pin : "C"; rise_power (e) { values ("10, 10", "10, 10"); }
        fall_power (e) { values ("12, 12", "12, 12"); } } } }
}
"""
_ARC = 'timing () { related_pin : "%s"; ' + " ".join(
    f'{name} (d) {{ values ("0.1, 0.1", "0.1, 0.1"); }}' for name in tables.DELAYS + tables.SLEWS) + " }"
LIBRARY = LIBRARY.replace("TIMING", _ARC % "A").replace("CLOCKED", _ARC % "C")

NETLIST = """module hand(clk_i, x_i, w_i, x_o);
  input clk_i;
  input x_i;
  input w_i;
  output x_o;
  wire \\u_add.n ;
  wire product_q;
  IV _0_ (
    .A(x_i),
    .Y(product_d)
  );
  FF _1_ (
    .C(clk_i),
    .D(product_d),
    .Q(product_q)
  );
  ND _2_ (
    .A(product_q),
    .B(w_i),
    .Y(\\u_add.n )
  );
  FF _3_ (
    .C(clk_i),
    .D(\\u_add.n ),
    .Q(\\u_add.q )
  );
  assign x_o = \\u_add.q ;
endmodule
"""
HAND = types.SimpleNamespace(
    top="hand", ports=lambda: [("x_i", 1, 1), ("w_i", 1, 1)], outputs=lambda: [("x_o", 1)])


def record(path, rows, cols, cycles, word, depth=1):
    """Writes a recording as `sumac trace` makes one, as VCD, of words by word(port, cycle, width)."""
    design = Design("array", "pam", "fp32", f"{rows}x{cols}", depth)
    ports = [port[:2] for port in design.ports() + design.outputs()]
    parameters = {"Rows": rows, "Cols": cols, "Mul": 0, "ManBits": 23, "AddDepth": depth, "Comp": 0}
    lines = ["$scope module u_core $end", "$var wire 1 beat beat $end", "$scope module u_array $end",
             "$var wire 1 clk clk_i $end"]
    lines += [f"$var parameter 32 p{name} {name} [31:0] $end" for name in parameters]
    lines += [f"$var wire {width} {name} {name} [{width - 1}:0] $end" for name, width in ports]
    lines += ["$upscope $end", "$upscope $end", "$enddefinitions $end", "#0", "0clk", "1beat"]
    lines += [f"b{value:b} p{name}" for name, value in parameters.items()]
    for cycle in range(cycles):
        lines += [f"b{word(name, cycle, width):b} {name}" for name, width in ports]
        lines += [f"#{10 * cycle + 5}", "1clk", f"#{10 * cycle + 10}", "0clk"]
    path.write_text("\n".join(lines) + "\n")
    return stimulus.Recording(path)


def operands(seed, still=False, loads=4):
    """Words like a tile's: weights once, in so many cycles, then numbers of like magnitude."""
    source = random.Random(seed)
    kept = {}

    def word(port, cycle, width):
        lanes = width // 32
        if port == "en_i":
            return 1
        if port == "load_i":
            return (1 << width) - 1 if cycle < loads else 0
        if port == "swap_i":
            return (1 << width) - 1 if loads <= cycle < loads + 4 else 0
        if port in ("act_special_i", "wgt_flags_i"):
            return 0
        if still or port == "wgt_offset_i":
            return kept.setdefault(port, word_of(source, lanes, port))
        return word_of(source, lanes, port)

    def word_of(random_, lanes, port):
        value = 0
        for _ in range(lanes):
            sign = 0 if port == "wgt_offset_i" else random_.getrandbits(1)
            top = 0 if port == "wgt_offset_i" else 127
            value = value << 32 | sign << 31 | (top + random_.randrange(3)) << 23 | random_.getrandbits(23)
        return value
    return word


class ByHand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "hand.lib"
            path.write_text(LIBRARY)
            cls.network = energy.Network(NETLIST, HAND, Library(path), tables.Tables(Library(path)), 10.0)

    def test_energy_is_the_sum_of_its_parts(self):
        rates = {("", "x_i"): 0.5, ("", "w_i"): 0.25, ("_0_", "Y"): 0.5, ("_1_", "Q"): 0.5,
                 ("_2_", "Y"): 1.5, ("_3_", "Q"): 1.0}
        found = energy.total(self.network, rates)
        # pF and V: half of C V^2 is 2 C. The output drives the next element's x_i: 0.5 pF.
        # The NAND's own: A changes twice as often as B, so (2 * 1 + 1 * 9) / 3.
        expected = {"product": 0.5 * (3 + 2 * 0.125), "adder": 1.5 * (11 / 3 + 2 * 0.125),
                    "registers": 0.5 * 7 + 1.5 * 7 + 0.5 * (11 + 2 * 0.25) + 1.0 * (11 + 2 * 0.5),
                    "clock": 2 * (3 + 5 + 2 * 2 * 1), "other logic": 0.0,
                    "leakage": 5e-9 * 10e-9 * 1e12}
        self.assertEqual(set(found), set(energy.PARTS))
        for part, value in expected.items():
            self.assertAlmostEqual(1e12 * found[part], value, places=9, msg=part)

    def test_tables_are_read_between_their_entries(self):
        values = tables.Tables(Library(tools.OSU018))
        pin = values.cells["NAND2X1"][1]["Y"]
        middle = pin.mean(("cell_fall",), 0.05, lambda related: {"A": 0.24, "B": 0.24}[related])
        corners = {"A": (0.074012, 0.077906, 0.143174, 0.169505), "B": (0.08031, 0.09353, 0.154435, 0.197787)}
        expected = sum(0.75 * (a + c) / 2 + 0.25 * (b + d) / 2 for a, b, c, d in corners.values()) / 2
        self.assertAlmostEqual(middle, expected, places=9)
        self.assertAlmostEqual(pin.energy(0.0125, lambda _: 0.18, lambda related: related == "A"),
                               (0.006717 + 0.0506) / 2, places=9)

    def test_a_library_without_tables_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.lib"
            for text, word in ((re.sub(r"internal_power \(\)", "other ()", LIBRARY), "internal_power"),
                               (LIBRARY.replace("nom_voltage : 2;", ""), "nom_voltage")):
                path.write_text(text)
                with self.assertRaisesRegex(Wrong, word):
                    tables.Tables(Library(path))


class Words(unittest.TestCase):
    def test_narrows_as_round_to_nearest_even_does(self):
        for bits, expected in ((0x3f808000, 0x3f80), (0x3f808001, 0x3f81), (0x3f818000, 0x3f82),
                               (0x3fffffff, 0x4000)):
            self.assertEqual(stimulus.narrow(0, bits, 23, 7), (0, expected))
        self.assertEqual(stimulus.narrow(0, 0x7f7fffff, 23, 7), (1, 1))
        self.assertEqual(stimulus.narrow(1, 2, 23, 7), (1, 2))

    def test_columns_that_stand_closer_get_their_words_earlier(self):
        with tempfile.TemporaryDirectory() as folder:
            one = record(pathlib.Path(folder) / "x.vcd", 2, 8, 20, operands(1))
        design = Design("pe", "pam", "fp32", None, 1)
        words = one.words(design)
        self.assertEqual((one.columns(), len(words)), ([0, 2, 4, 6], 20 - 3))
        for i, word in enumerate(words):
            act = word >> (4 * 32 + 4 * 32 + 4 * 2 + 2 + 2) & (1 << 64) - 1
            self.assertEqual(act, one.cycles[i]["act_i"])
            for place, column in enumerate(one.columns()):
                theirs = one.cycles[i + column - place]["psum_i"] >> 32 * column & 0xffffffff
                self.assertEqual(word >> 32 * place & 0xffffffff, theirs)

    def test_rows_of_a_group_get_their_words_at_once(self):
        with tempfile.TemporaryDirectory() as folder:
            one = record(pathlib.Path(folder) / "x.vcd", 8, 2, 30, operands(1))
        design = Design("fused_pe", "pam", "fp32", None, 3, accumulator="fused4")
        words = one.words(design)
        sooner = [0, 1, 2, 3, 1, 2, 3, 4]  # recorded a cycle a row, due three cycles a group
        self.assertEqual(len(words), 30 - 4)
        for i, word in enumerate(words):
            rest = word >> 2 * 32 + 2 * 32 + 2 * 2
            self.assertEqual(rest & 3, one.cycles[i]["load_i"] & 1 | one.cycles[i]["load_i"] >> 3 & 2)
            self.assertEqual(rest >> 2 & 3, one.cycles[i]["swap_i"] & 1 | one.cycles[i + 1]["swap_i"] >> 3 & 2)
            for r in range(8):
                theirs = one.cycles[i + sooner[r]]["act_i"] >> 32 * r & 0xffffffff
                self.assertEqual(rest >> 4 + 32 * r & 0xffffffff, theirs)

    def test_refuses_what_is_no_recording(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("x.fst", "x.vcd"):
                path = pathlib.Path(folder) / name
                path.write_text("$scope module top $end\n")
                with self.assertRaisesRegex(Wrong, "no recording"):
                    stimulus.Recording(path)
            one = record(pathlib.Path(folder) / "y.vcd", 2, 2, 4, operands(1))
            with self.assertRaisesRegex(Wrong, "--add-depth 1"):
                one.must_suit(Design("pe", add_depth=2))
            with self.assertRaisesRegex(Wrong, "2 rows, no multiple of the 4 products"):
                one.must_suit(Design("fused_pe", accumulator="fused4"))


class Elements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mapper = tools.mapper()
        cls.design = Design("pe", "pam", "e8m3", None, 1)
        cls.mapped = cls.mapper.map(cls.design, "plain", "area", mapping.TIGHT_PS)
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def recording(self, name, cycles=80, still=False):
        return record(pathlib.Path(self.folder.name) / f"{name}.vcd", 2, 2, cycles, operands(1, still))

    def network(self, text=None):
        return energy.Network(text or (self.mapped / "mapped.v").read_text(), self.design, self.mapper.library,
                              tables.Tables(Library(tools.OSU018)), 20.0)

    def test_changes_are_those_of_the_words(self):
        one = self.recording("busy")
        counted = switching.count(self.mapper, self.design, self.network(), one)
        words = [cycle["act_i"] for cycle in one.cycles]
        narrow = [[stimulus.narrow(0, word >> 32 * r & 0x7fffffff, 23, 3)[1] for word in words]
                  for r in range(2)]
        begin = switching.settle_cycles(one, self.design)
        expected = 0  # a word comes to column c c cycles after it came to the array
        for r, c in switching.spread(one, self.design):
            expected += sum((narrow[r][i - c] ^ narrow[r][i - c - 1]) & 1
                            for i in range(begin + 1, len(words)))
        self.assertEqual(counted["changes"]["", "act_i[0]"], (expected, expected))
        self.assertGreater(expected, 50)
        self.assertEqual(counted["cycles"], len(counted["elements"]) * (len(words) - 1 - begin))
        self.assertEqual(counted["beats"], counted["cycles"])
        changes = counted["changes"].values()
        self.assertTrue(all(settled <= all_ for all_, settled in changes))
        self.assertGreater(sum(all_ for all_, _ in changes), sum(settled for _, settled in changes))

    def test_parts_add_up_and_still_words_cost_the_clock_alone(self):
        busy, still = (energy.measure(self.mapper, self.design, self.mapped, 20.0, one) for one in (
            self.recording("busy"), self.recording("still", still=True)))
        for one in (busy, still):
            self.assertAlmostEqual(sum(one["parts_pj_per_cycle"].values()), one["pj_per_cycle"])
        self.assertAlmostEqual(still["pj_per_cycle"], still["pj_per_idle_cycle"])
        self.assertAlmostEqual(still["pj_per_idle_cycle"], busy["pj_per_idle_cycle"])
        for part in ("product", "adder", "registers"):
            self.assertGreater(busy["parts_pj_per_cycle"][part], 0)
        self.assertLess(busy["pj_per_cycle_settled"], busy["pj_per_cycle"])
        self.assertAlmostEqual(busy["pj_per_mac"], busy["pj_per_cycle"])  # every cycle has one

    def test_an_element_of_groups_does_as_many_macs_a_cycle(self):
        design = Design("fused_pe", "pam", "e8m3", None, 2, accumulator="fused4")
        mapped = self.mapper.map(design, "plain", "area", mapping.TIGHT_PS)
        one = record(pathlib.Path(self.folder.name) / "groups.vcd", 8, 2, 90, operands(2, loads=8))
        found = energy.measure(self.mapper, design, mapped, 20.0, one)
        self.assertEqual(found["elements"], [[0, 0], [1, 1]])
        self.assertEqual(found["macs"], 4 * found["cycles"])
        self.assertAlmostEqual(found["pj_per_mac"], found["pj_per_cycle"] / 4)
        for part in ("product", "adder", "registers"):
            self.assertGreater(found["parts_pj_per_cycle"][part], 0)

    def test_too_short_and_broken_are_noticed(self):
        with self.assertRaisesRegex(Failed, "more rows"):
            switching.count(self.mapper, self.design, self.network(), self.recording("short", 30))
        text, number = re.subn(r"^  NAND2X1 ", "  NOR2X1 ", self.network().text, count=1, flags=re.M)
        self.assertEqual(number, 1)
        with self.assertRaisesRegex(Failed, "DIFFERENT in cycle"):
            switching.count(self.mapper, self.design, self.network(text), self.recording("busy"))

    def test_opensta_agrees_on_what_nets_cost(self):
        """With one activity on all nets. OpenSTA 2.0.17 charges a cell's rise and fall energy both for
        each change, so what cells cost inside is not compared."""
        network, rate = self.network(), 0.4
        loads = "".join(
            f"set_load {network.load_of(*network.driver[net]) - self._cells_on(network, net):.9f}"
            f" [get_ports {{{port}}}]\n" for net, port in self._output_nets(network))
        with tempfile.TemporaryDirectory() as folder:
            text = timing._ask(self.mapper, self.design, self.mapped, 20.0, pathlib.Path(folder), "power",
                               loads + f"set_power_activity -global -activity {rate} -duty 0.5\n"
                               "report_power -digits 9\n")
        theirs = float(re.search(r"^Total +\S+ +(\S+)", text, re.M).group(1))
        ours = sum(network.net_energy(*at) * rate for at in network.driver.values()) / 20e-9
        self.assertAlmostEqual(ours / theirs, 1, delta=0.005)

    def _output_nets(self, network):
        for net in network.driver:
            for other in [net] + network.names.get(net, []):
                if re.match(r"\w+_o(\[|$)", other):
                    yield net, other

    @staticmethod
    def _cells_on(network, net):
        return sum(network.library.cells[network.kinds[name]].inputs[pin]
                   for name, pins in network.pins.items() for pin, one in pins.items()
                   if one == net and pin not in network.outputs(name))


if __name__ == "__main__":
    unittest.main()
