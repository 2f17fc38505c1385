# SPDX-License-Identifier: Apache-2.0
"""Liberty files, the models made of them, and the cache."""
import pathlib
import tempfile
import unittest

import tools
from flow import Wrong, cache
from flow.liberty import Library, evaluate, parse_function, verilog

SMALL = """library (small) { time_unit : "1ps"; capacitive_load_unit (1, ff);
  /* a comment { */
  cell (ND) { area : 2.5; pin (A) { direction : input; capacitance : 3; }
    pin (B) { direction : input; capacitance : 4; } pin (Y) { direction : output;
    function : "!(A & B)"; timing () { related_pin : "A"; values ("1, 2", \\
      "3, 4"); } } }
  cell (IV) { area : 1; pin (A) { direction : input; capacitance : 1; }
    pin (Y) { direction : output; function : "A'"; } }
  cell (FF) { area : 9; ff (Q0, Q1) { clocked_on : "!C"; next_state : "D"; clear : "R"; }
    pin (C) { direction : input; } pin (D) { direction : input; } pin (R) { direction : input; }
    pin (N) { direction : output; function : "Q1"; } }
}
"""


class Functions(unittest.TestCase):
    def test_binds_as_liberty_says(self):
        cases = {  # at A, B, C = 000, 001, ... 111
            "A+B C": "00011111", "(A+B) C": "00010101", "!A B": "00110000", "A^B C": "00010100",
            "(A B)'": "11111100", "!(A*B|C)": "10101000", "A' B'": "11000000", "A^B^C": "01101001",
            "1": "11111111", "A & !C": "00001010"}
        for text, expected in cases.items():
            tree = parse_function(text)
            found = "".join(str(evaluate(tree, {"A": n >> 2 & 1, "B": n >> 1 & 1, "C": n & 1}))
                            for n in range(8))
            self.assertEqual(found, expected, text)

    def test_is_written_as_verilog(self):
        self.assertEqual(verilog(parse_function("!((A B)+C)")), "~((A & B) | C)")

    def test_refuses_what_is_no_function(self):
        for text in ("", "A +", "(A", "A)", "A ? B"):
            with self.assertRaises(Wrong, msg=text):
                parse_function(text)


class Libraries(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.lib"
            path.write_text(text)
            return Library(path)

    def test_reads_cells_pins_and_units(self):
        library = self.read(SMALL)
        self.assertEqual(set(library.cells), {"ND", "IV", "FF"})
        self.assertEqual(library.cells["ND"].inputs, {"A": 3.0, "B": 4.0})
        self.assertEqual((library.time_ns, library.capacitance_ff), (1e-3, 1.0))
        self.assertEqual((library.nand2().name, library.driver().name), ("ND", "IV"))
        self.assertTrue(library.is_register("FF"))
        self.assertIsNone(library.full_adder())
        model = library.model("FF")
        for words in ("wire clock = ~C;", "if (R) state <= 1'b0; else state <= D;", "assign N = (~state);"):
            self.assertIn(words, model)

    def test_knows_the_cells_of_a_real_library(self):
        library = Library(tools.OSU018)
        self.assertEqual(library.nand2().name, "NAND2X1")
        cell, _, total, carry = library.full_adder()
        self.assertEqual((cell.name, total, carry), ("FAX1", "YS", "YC"))

    def test_refuses_what_is_no_library(self):
        for text in ("", "library (x) { cell (A) {", "} }", SMALL.replace("1ps", "1fs")):
            with self.assertRaises(Wrong, msg=text):
                self.read(text)


class Caches(unittest.TestCase):
    def test_produces_once_and_whole_or_not_at_all(self):
        with tempfile.TemporaryDirectory() as folder:
            store = cache.Cache(folder)
            calls = []

            def produce(work, fail):
                calls.append(fail)
                (work / "half").write_text("x")
                if fail:
                    raise RuntimeError

            key = cache.digest("a", 1)
            with self.assertRaises(RuntimeError):
                store.folder_of(key, lambda work: produce(work, True))
            for _ in range(2):
                home = store.folder_of(key, lambda work: produce(work, False))
                self.assertEqual((home / "half").read_text(), "x")
            self.assertEqual(calls, [True, False])
            self.assertEqual([path.name for path in pathlib.Path(folder).glob("work-*")], [])

    def test_keys_tell_parts_apart(self):
        keys = {cache.digest("ab", "c"), cache.digest("a", "bc"), cache.digest("abc"),
                cache.digest(b"abc"), cache.digest("c", "ab")}
        self.assertEqual(len(keys), 5)


if __name__ == "__main__":
    unittest.main()
