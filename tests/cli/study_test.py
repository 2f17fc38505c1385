# SPDX-License-Identifier: Apache-2.0
"""script/study on tiny runs: it stops and goes on to the same words, repeats nothing that is
recorded, and reports what the records say."""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ['SUMAC_PROGRAM']
SCRIPT = str(pathlib.Path(__file__).resolve().parents[2] / 'script/study')
ARMS = '''# tiny
common --data fashion-mnist --model resnet8 --batch 16 --limit-train 256 --validation 128
eval --images 50
select --mul ieee --epochs 1 : 0.01 0.1
arm 1 pam 4 2 --mul pam
arm 1 ieee 4 2 --mul ieee
arm 2 last 1 1 --mul pam
'''
PAGE = 'before\n<!-- script/study report: begin -->\nold\n<!-- script/study report: end -->\nafter\n'


class StudyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.docs = cls.folder / 'docs'
        cls.records = cls.docs / 'study'
        cls.records.mkdir(parents=True)
        (cls.records / 'arms').write_text(ARMS)
        (cls.docs / 'results.md').write_text(PAGE)
        cls.before = cls.study('train')  # before a rate is chosen
        cls.stopped = [cls.interrupted('select', 'select-0.01')]
        cls.selected = cls.study('select')
        cls.stopped.append(cls.interrupted('train', 'pam-s1'))
        cls.trained = cls.study('train')

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def call(cls, command, *more, out='runs'):
        return [SCRIPT, command, '--sumac', PROGRAM, '--docs', str(cls.docs), '--out', str(cls.folder / out),
                '--threads', '1', *more]

    @classmethod
    def study(cls, command, *more, **options):
        return subprocess.run(cls.call(command, *more, **options), capture_output=True, text=True, check=False)

    @classmethod
    def interrupted(cls, command, run):
        """The study, stopped as soon as its first run has a checkpoint."""
        child = subprocess.Popen(cls.call(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while child.poll() is None and not (cls.folder / 'runs' / run / 'config.json').exists():
            time.sleep(0.002)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
        cls.after_stop = sorted(path.name for path in cls.records.iterdir())
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)

    @staticmethod
    def metrics(folder):
        records = [json.loads(line) for line in (folder / 'metrics.jsonl').read_text().splitlines()]
        return [{key: value for key, value in record.items() if key not in ('seconds', 'images_per_second')}
                for record in records]

    def accuracy(self, run):
        return 100 * self.metrics(self.records / run)[-1]['test_accuracy']

    def test_a_rate_comes_first_and_is_the_best(self):
        self.assertEqual(self.before.returncode, 2)
        self.assertIn('run script/study select', self.before.stderr)
        self.assertEqual(self.selected.returncode, 0, self.selected.stderr)
        best = max(('0.01', '0.1'), key=lambda rate: self.accuracy(f'select-{rate}'))
        config = json.loads((self.records / 'pam-s1/config.json').read_text())
        self.assertEqual(config['lr'], float(best))

    def test_stopped_it_goes_on_to_the_same_words(self):
        for stopped in self.stopped:
            self.assertEqual(stopped.returncode, 0, stopped.stderr)
            self.assertIn('stopped (SIGINT); the same command goes on', stopped.stdout)
        self.assertNotIn('pam-s1', self.after_stop)
        self.assertEqual(self.trained.returncode, 0, self.trained.stderr)
        self.assertRegex(self.trained.stdout, 'pam-s1: sumac train .* --resume')
        whole = self.folder / 'whole'
        config = self.records / 'pam-s1/config.json'
        subprocess.run([PROGRAM, 'train', '--config', config, '--out', whole, '--threads', '1'], check=True, capture_output=True)
        self.assertEqual(self.metrics(whole), self.metrics(self.records / 'pam-s1'))
        self.assertEqual((whole / 'model.safetensors').read_bytes(),
                         (self.folder / 'runs/pam-s1/model.safetensors').read_bytes())

    def test_two_at_a_time_are_refused(self):
        with open(self.folder / 'runs/lock', 'w', encoding='utf-8') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            second = self.study('train')
        self.assertEqual(second.returncode, 1)
        self.assertIn('another study trains in', second.stderr)

    def last_made_by(self, text):
        """The call that makes the run last-s1, of which there is no record, by this shell script instead of the program."""
        program = self.folder / 'program'
        program.write_text('#!/bin/sh\n' + text)
        program.chmod(0o755)
        (self.records / 'last-s1').rename(self.folder / 'away')
        self.addCleanup(lambda: (self.folder / 'away').rename(self.records / 'last-s1'))
        return self.call('train', '--sumac', str(program), out='other')

    def test_a_run_goes_on_alone_and_keeps_others_out(self):
        pid = self.folder / 'pid'
        first = subprocess.Popen(self.last_made_by(f'echo $$ >{pid}\nexec sleep 600\n'), stdout=subprocess.DEVNULL)
        while first.poll() is None and not (pid.exists() and pid.read_text()):
            time.sleep(0.01)
        first.kill()
        first.wait()
        second = subprocess.run([*first.args, '--sumac', '/bin/false'], capture_output=True, text=True, check=False)
        os.kill(int(pid.read_text()), signal.SIGKILL)
        self.assertEqual(second.returncode, 1)
        self.assertIn('another study trains in', second.stderr)

    def test_a_failed_run_is_told_and_not_recorded(self):
        failed = subprocess.run(self.last_made_by(
            """if [ $1 = eval ]; then echo '{"images": 50, "accuracy": 0, "logits_crc32": 0}'; exit; fi
            mkdir -p $3; echo '{"epochs": 1}' >$3/config.json; echo '{"epoch": 1}' >$3/metrics.jsonl; exit 3"""),
            capture_output=True, text=True, check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn('last-s1 failed with status 3', failed.stderr)
        self.assertFalse((self.records / 'last-s1').exists())

    def test_runs_are_made_by_order_and_seed(self):
        made = [line.split(':')[1].strip() for line in self.trained.stdout.splitlines() if line.startswith('study: ')]
        order = ['pam-s1', 'ieee-s1', 'pam-s2', 'ieee-s2', 'last-s1']
        self.assertEqual(made, order[-len(made):])
        self.assertEqual(self.study('list').stdout.split()[0::2], order)

    def test_records_are_those_of_the_runs(self):
        for run in ('pam-s1', 'ieee-s2', 'last-s1'):
            for name in ('config.json', 'metrics.jsonl'):
                self.assertEqual((self.records / run / name).read_bytes(), (self.folder / 'runs' / run / name).read_bytes())
            logits = json.loads((self.records / run / 'eval.json').read_text())
            self.assertEqual(logits['images'], 50)
            self.assertFalse((self.records / run / 'model.safetensors').exists())
        self.assertFalse((self.records / 'select-0.1/eval.json').exists())  # no test image was looked at

    def test_elsewhere_nothing_is_repeated(self):
        again = self.study('train', out='elsewhere')
        self.assertEqual((again.returncode, again.stdout), (0, ''))
        self.assertEqual([path.name for path in (self.folder / 'elsewhere').iterdir()], ['lock'])

    def test_out_of_time_it_stops(self):
        (self.records / 'last-s1').rename(self.folder / 'away')
        late = self.study('train', '--hours', '1e-9', out='late')
        self.assertEqual(late.returncode, 0, late.stderr)
        self.assertIn('the time is up', late.stdout)
        self.assertFalse((self.records / 'last-s1').exists())
        (self.folder / 'away').rename(self.records / 'last-s1')

    def test_report_is_of_the_records(self):
        result = self.study('report')
        self.assertEqual(result.returncode, 0, result.stderr)
        page = (self.docs / 'results.md').read_text()
        self.assertTrue(page.startswith(PAGE[:PAGE.index('old')]), page)
        self.assertTrue(page.endswith(PAGE[PAGE.index('<!-- script/study report: end'):]), page)
        self.assertNotIn('old', page)
        rows = {row.split(' | ')[0].strip('| '): row for row in page.splitlines() if row.startswith('|')}
        pam = [self.accuracy(f'pam-s{seed}') for seed in (1, 2)]
        ieee = [self.accuracy(f'ieee-s{seed}') for seed in (1, 2)]
        less = [a - b for a, b in zip(pam, ieee)]
        half = 12.7062 * statistics.stdev(less) / 2 ** 0.5
        cells = [cell.strip() for cell in rows['pam'].strip('|').split('|')]
        self.assertEqual(cells[1:4], ['`--mul pam`', '4', '2 of 2'])
        self.assertEqual(cells[4], f'{statistics.mean(pam):.2f} ± {statistics.stdev(pam):.2f}')
        self.assertEqual(cells[5], f'{statistics.mean(less):+z.2f} ± {statistics.stdev(less):.2f}')
        self.assertEqual(cells[6], f'{statistics.mean(less) - half:+z.2f} to {statistics.mean(less) + half:+z.2f}')
        self.assertIn('1 of 1', rows['last'])
        self.assertIn('pam-s1, test', (self.docs / 'curves.svg').read_text())
        (self.records / 'pam-s2').rename(self.folder / 'away')
        self.study('report')
        (self.folder / 'away').rename(self.records / 'pam-s2')
        self.assertRegex((self.docs / 'results.md').read_text(), r'\| pam \|.*\| 1 of 2 \|')

    def test_records_of_other_options_are_refused(self):
        path = self.records / 'ieee-s1/config.json'
        kept = path.read_text()
        path.write_text(kept.replace('"batch": 16', '"batch": 32'))
        refused = self.study('train')
        path.write_text(kept)
        self.assertEqual(refused.returncode, 2)
        self.assertIn('ieee-s1 is of --batch 32, where 16 is asked for', refused.stderr)
        self.assertIn('is no arm', self.study('train', '--arms', 'pam,other').stderr)


if __name__ == '__main__':
    unittest.main()
