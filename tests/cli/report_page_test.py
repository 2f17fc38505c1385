# SPDX-License-Identifier: Apache-2.0
"""The page of `sumac report` in Chromium: on a phone and a desktop, light and dark, its figures are
drawn, nothing scrolls sideways, nothing is logged. Exit status 77 where Chromium is missing."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ['SUMAC_PROGRAM']
CHROMIUM = shutil.which('chromium')
CHART_JS = pathlib.Path('/usr/share/javascript/chart.js/chart.min.js')
PASSES = ('forward', 'input-gradient', 'weight-gradient')

# What the page looks like once it is drawn, sent to the page around it.
PROBE = '''<script>
addEventListener('load', () => {
  const drawn = (canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    .data.some((byte) => byte !== 0);
  const root = document.documentElement;
  parent.postMessage(JSON.stringify({
    charts: [...document.querySelectorAll('canvas')].map((canvas) =>
      [canvas.id, canvas.clientWidth, canvas.clientHeight, drawn(canvas)]),
    width: innerWidth, scroll: root.scrollWidth,
    paper: getComputedStyle(document.body).backgroundColor,
    hidden: [...document.querySelectorAll('section[hidden]')].map((one) => one.id),
    cells: [...document.querySelectorAll('#runs td')].map((cell) => cell.textContent)}), '*');
});
</script>
'''


# Windows have a least width, frames have none.
AROUND = '''<!DOCTYPE html><meta name="color-scheme" content="light dark"><pre id="probe"></pre>
<script>
addEventListener('message', (event) => document.querySelector('pre').append(event.data));
</script><iframe style="border: 0; width: {width}px; height: 2000px" src="{page}"></iframe>
'''


def diagnostics():
    error = {'mean_relative_error': 0.04, 'weighted_error': 0.05}
    return {'images': 8, 'layers': [
        {'layer': f'layer{i}.0.conv1', 'pass': name,
         'products': {**error, 'zero_operand': 0.5, 'underflowed': 0, 'saturated': 0},
         'dots': {**error, 'slope': 0.96,
                  'slope_after_batch_norm': 0.999 if name == 'forward' else None},
         'binary64': {'pam': error, 'ieee': {'weighted_error': 1e-7}}}
        for i in range(1, 4) for name in PASSES]}


def write_run(folder, mul, seed, accuracy):
    folder.mkdir()
    (folder / 'config.json').write_text(json.dumps(
        {'model': 'resnet8', 'epochs': 3, 'mul': mul, 'seed': seed}))
    (folder / 'metrics.jsonl').write_text(''.join(json.dumps(
        {'epoch': epoch, 'train_loss': 1 / epoch, 'train_accuracy': accuracy - 0.1 / epoch,
         'test_loss': 1.1 / epoch, 'test_accuracy': accuracy - 0.2 / epoch,
         'images_per_second': 300, 'seconds': 9}) + '\n' for epoch in (1, 2, 3)))


class ReportPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        runs = []
        for seed in (1, 2, 3):
            for mul in ('pam', 'ieee'):
                runs.append(cls.folder / f'a-run-with-a-rather-long-name-{mul}-{seed}')
                write_run(runs[-1], mul, seed, 0.9 + 0.01 * seed + (0.002 if mul == 'pam' else 0))
        (runs[0] / 'diagnostics.json').write_text(json.dumps(diagnostics()))
        cls.all = cls.page('all.html', runs)
        cls.one = cls.page('one.html', runs[1:2])

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def page(cls, name, runs):
        """A report with the probe in it."""
        path = cls.folder / name
        subprocess.run([PROGRAM, 'report', *map(str, runs), '--out', str(path)], check=True)
        path.write_text(path.read_text().replace('</head>', PROBE + '</head>', 1))
        return path

    def look(self, page, width, dark=False):
        around = self.folder / 'around.html'
        around.write_text(AROUND.format(width=width, page=page.name))
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [CHROMIUM, '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
                 '--disable-background-networking', '--disable-component-update', '--disable-sync',
                 '--hide-scrollbars', '--enable-logging=stderr', f'--user-data-dir={profile}',
                 '--window-size=1400,2100', '--virtual-time-budget=5000',
                 *(['--force-dark-mode'] if dark else []),
                 '--dump-dom', around.as_uri()], capture_output=True, text=True, timeout=120)
        self.assertNotIn('CONSOLE', done.stderr)
        found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, flags=re.S)
        self.assertIsNotNone(found, done.stderr)
        seen = json.loads(found[1])
        self.assertEqual(seen['width'], width)
        self.assertLessEqual(seen['scroll'], width)
        for name, chart_width, chart_height, drawn in seen['charts']:
            self.assertGreater(chart_width, 250, name)
            self.assertGreater(chart_height, 150, name)
            self.assertTrue(drawn, name)
        return seen

    def test_on_a_phone(self):
        seen = self.look(self.all, 360)
        self.assertEqual([chart[0] for chart in seen['charts']],
                         ['accuracy', 'loss', 'diagnosed-0'])
        self.assertEqual(seen['hidden'], [])

    def test_on_a_desktop(self):
        seen = self.look(self.all, 1280)
        self.assertEqual(seen['paper'], 'rgb(255, 255, 255)')
        self.assertEqual(seen['cells'][:13],
                         ['a-run-with-a-rather-long-name-pam-1', 'resnet8', 'pam', 'pam', 'mogami',
                          'fp32', 'gemm', '1', '1', '3', '84.53 %', '0.3667', '300'])

    def test_in_the_dark(self):
        self.assertEqual(self.look(self.all, 360, dark=True)['paper'], 'rgb(20, 24, 27)')

    def test_one_run_has_nothing_to_compare(self):
        seen = self.look(self.one, 360)
        self.assertEqual([chart[0] for chart in seen['charts']], ['accuracy', 'loss'])
        self.assertEqual(seen['hidden'], ['comparison', 'diagnostics'])


if __name__ == '__main__':
    if CHROMIUM is None or not CHART_JS.exists():
        print('chromium or libjs-chart.js is not installed')
        sys.exit(77)
    unittest.main()
