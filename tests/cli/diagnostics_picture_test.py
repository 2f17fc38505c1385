# SPDX-License-Identifier: Apache-2.0
"""script/diagnostics-picture on the diagnosis of a tiny run: each figure is drawn at its height, and
what is no diagnosis is refused in a sentence that leaves the picture whole."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM = os.environ['SUMAC_PROGRAM']
SCRIPT = str(pathlib.Path(__file__).resolve().parents[2] / 'script/diagnostics-picture')
SVG = '{http://www.w3.org/2000/svg}'


def draw(source, target):
    return subprocess.run([SCRIPT, str(source), str(target)], capture_output=True, text=True, check=False)


class DiagnosticsPictureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.source, cls.target = cls.folder / 'diagnostics.json', cls.folder / 'picture.svg'
        for words in (['train', '--model', 'resnet8', '--limit-train', '64', '--validation', '64', '--batch', '16',
                       '--epochs', '1', '--out', cls.folder / 'run'],
                      ['diagnose', '--checkpoint', cls.folder / 'run/model.safetensors', '--out', cls.source]):
            subprocess.run([PROGRAM, *words], check=True, capture_output=True)
        diagnosis = json.loads(cls.source.read_text())
        cls.layers = diagnosis['layers']
        cls.layers[0]['dots']['slope'] = 1.01  # dot products grow by some comps
        cls.source.write_text(json.dumps(diagnosis))
        cls.drawn = draw(cls.source, cls.target)
        cls.page = xml.etree.ElementTree.parse(cls.target)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def curve(self, panel, place):
        """The heights of a curve's points on the page."""
        name = f"gnuplot_plot_{place + 1}{'abc'[panel]}"
        group = next(group for group in self.page.iter(SVG + 'g') if group.get('id') == name)
        marks = [mark for mark in group.iter(SVG + 'use') if mark.get('{http://www.w3.org/1999/xlink}href') == '#gpPt6']
        heights = [float(re.match(r'translate\([0-9.]+,([0-9.]+)\)', mark.get('transform'))[1]) for mark in marks]
        key = group.find(f'.//{SVG}text') is not None  # its sample in the key is the last mark
        return heights[:-1] if key else heights

    def axes(self):
        """Of each panel, height and number of its labels, upwards."""
        found = []
        for group in self.page.iter(SVG + 'g'):
            text = group.find(SVG + 'text')
            if text is not None and re.fullmatch(' *-?[0-9.]+', text.text or ''):
                number = float(text.text)
                if not found or number <= found[-1][-1][1]:
                    found.append([])
                found[-1].append((float(re.match(r'translate\([0-9.]+,([0-9.]+)\)', group.get('transform'))[1]), number))
        return found

    def values(self, passed, figure):
        """By layer in the order of the forward pass."""
        names = [entry['layer'] for entry in self.layers if entry['pass'] == 'forward']
        of = {entry['layer']: figure(entry) for entry in self.layers if entry['pass'] == passed}
        return [of[name] for name in names if of.get(name) is not None]

    def test_figures_are_at_their_heights(self):
        self.assertEqual((self.drawn.returncode, self.drawn.stderr), (0, ''))
        slope = 'slope_after_batch_norm'
        panels = [[(passed, figure) for passed in ('forward', 'input-gradient', 'weight-gradient')]
                  for figure in (lambda entry: entry['products']['mean_relative_error'],
                                 lambda entry: 1 - entry['dots']['slope'],
                                 lambda entry: entry['products']['zero_operand'])]
        panels[1].append(('forward', lambda entry: None if entry['dots'][slope] is None else 1 - entry['dots'][slope]))
        axes = self.axes()
        self.assertEqual(len(axes), 3)
        for panel, curves in enumerate(panels):
            points = []
            for place, (passed, figure) in enumerate(curves):
                heights, values = self.curve(panel, place), self.values(passed, figure)
                self.assertEqual(len(heights), len(values), (panel, place))
                points += zip(heights, values)
            # As the labels of the axis say, whose base lines are a third of a letter below their ticks.
            (low_at, low), (top_at, top) = axes[panel][0], axes[panel][-1]
            self.assertLessEqual(low, 0)
            for at, value in points:
                self.assertAlmostEqual(at, low_at - 4.2 + (100 * value - low) / (top - low) * (top_at - low_at), delta=0.5)

    def test_every_layer_is_named(self):
        texts = [''.join(text.itertext()).strip() for text in self.page.iter(SVG + 'text')]
        for entry in self.layers:
            self.assertIn(entry['layer'], texts)

    def test_what_is_no_diagnosis_is_refused(self):
        before = self.target.read_bytes()
        broken = self.folder / 'broken.json'
        for text in ('', '[]', '{}', '{"layers": []}', '{"layers": [{"layer": "conv1"}]}', '{"layers": 1}'):
            broken.write_text(text)
            result = draw(broken, self.target)
            self.assertEqual(result.returncode, 2, text)
            self.assertEqual(result.stderr, f'diagnostics-picture: {broken} is no diagnosis; give a file of sumac diagnose --out.\n')
        result = draw(self.folder / 'none.json', self.target)
        self.assertEqual(result.returncode, 2)
        self.assertIn('none.json cannot be read: No such file or directory', result.stderr)
        self.assertEqual(self.target.read_bytes(), before)
        result = draw(self.source, self.folder / 'no/picture.svg')
        self.assertEqual(result.returncode, 2)
        self.assertIn('no/picture.svg cannot be written: No such file or directory; give another path.', result.stderr)


if __name__ == '__main__':
    unittest.main()
