# SPDX-License-Identifier: Apache-2.0
"""gemm: every engine, the fold computed a second time, the program; threads that go on meanwhile."""
import os
import subprocess
import tempfile
import threading
import unittest

import numpy as np

import integers
import sumac
from words import SPECIAL, floats, words

PROGRAM = os.environ['SUMAC_PROGRAM']


def matrices(m, k, n, seed, special=0.0):
    random = np.random.default_rng(seed)
    made = [random.standard_normal(shape, dtype=np.float32) for shape in ((m, k), (k, n), (m, n))]
    for matrix in made:
        chosen = random.random(matrix.shape) < special
        matrix[chosen] = floats(random.choice(np.array(SPECIAL, np.uint32), int(chosen.sum())))
    return made


class GemmTest(unittest.TestCase):
    def equal(self, got, expected):
        np.testing.assert_array_equal(words(got), words(expected))

    def test_the_fold(self):
        a, b, c = matrices(5, 9, 4, seed=1, special=0.02)
        for mul, product in (('pam', integers.pam), ('ieee', integers.mul)):
            expected = [[integers.fold(words(a[i]).tolist(), words(b[:, j]).tolist(),
                                       int(words(c)[i, j]), product) for j in range(4)]
                        for i in range(5)]
            self.equal(sumac.gemm(a, b, c, mul=mul), np.array(expected, np.uint32).view(np.float32))

    def test_engines_are_equal(self):
        a, b, c = matrices(19, 70, 23, seed=2, special=0.01)
        for options in ({}, {'mul': 'ieee'}, {'comp': 'pam-alpha'}, {'format': 'bf16'}):
            expected = sumac.gemm(a, b, c, engine='reference', **options)
            self.equal(sumac.gemm(a, b, c, **options), expected)
            self.equal(sumac.gemm(a, b, c, threads=1, **options), expected)
        self.equal(sumac.gemm(a, b), sumac.gemm(a, b, np.zeros_like(c)))

    def test_hardware(self):
        a, b, c = matrices(6, 10, 5, seed=3)
        try:
            got = sumac.gemm(a, b, c, engine='core')
        except sumac.Error as error:
            self.assertIn('no Verilated hardware', str(error))
            self.skipTest('this build has no Verilated hardware')
        self.equal(got, sumac.gemm(a, b, c))
        self.equal(sumac.gemm(a, b, c, engine='rtl', array='4x4'), sumac.gemm(a, b, c))
        with self.assertRaisesRegex(sumac.Error, '3x17'):
            sumac.gemm(a, b, engine='core', array='3x17')

    def test_layouts(self):
        a, b, _ = matrices(8, 6, 10, seed=4)
        expected = sumac.gemm(a, b)
        self.equal(sumac.gemm(np.asfortranarray(a), np.ascontiguousarray(b.T).T), expected)
        wide = np.zeros((8, 12), np.float32)
        wide[:, ::2] = a
        self.equal(sumac.gemm(wide[:, ::2], b), expected)
        self.assertEqual(sumac.gemm([[1, 2, 3], [4, 5, 6]], [[1, 4], [2, 5], [3, 6]]).tolist(),
                         [[13, 30], [30, 72]])
        self.equal(sumac.gemm(np.zeros((2, 0), np.float32), np.zeros((0, 3), np.float32)),
                   np.zeros((2, 3), np.float32))

    def test_the_program(self):
        a, b, c = matrices(33, 40, 17, seed=5, special=0.01)
        with tempfile.TemporaryDirectory() as folder:
            for name, matrix in (('a', a), ('b', b), ('c', c)):
                np.save(f'{folder}/{name}.npy', matrix)
            subprocess.run([PROGRAM, 'gemm', '--a', f'{folder}/a.npy', '--b', f'{folder}/b.npy',
                            '--c', f'{folder}/c.npy', '--out', f'{folder}/out.npy', '--comp',
                            'l-mul', '--format', 'bf16'], check=True, capture_output=True)
            expected = np.load(f'{folder}/out.npy')
        self.equal(sumac.gemm(a, b, c, comp='l-mul', format='bf16'), expected)

    def test_errors(self):
        a, b, c = matrices(2, 3, 4, seed=6)
        for call, sentence in (
                (lambda: sumac.gemm(a, a), 'a is 2 x 3 and b is 2 x 3'),
                (lambda: sumac.gemm(a, b, a), 'c_in is 2 x 3'),
                (lambda: sumac.gemm(a[0], b), '1 dimensions'),
                (lambda: sumac.gemm(a[:0], b), 'at least one element'),
                (lambda: sumac.gemm(a, b, engine='gpu'), 'choose reference, simd, core or rtl'),
                (lambda: sumac.gemm(a, b, mul='mitchell'), 'not a product'),
                (lambda: sumac.gemm(a, b, threads=-1), 'threads is -1'),
                (lambda: sumac.gemm(a, b, array='4x4'), 'array is of the hardware')):
            with self.assertRaisesRegex(sumac.Error, sentence):
                call()
        with self.assertRaises(TypeError):
            sumac.gemm(a.astype(np.float64), b)

    def test_the_lock_is_released(self):
        """While a long product is under way, another thread runs."""
        a, b, _ = matrices(300, 300, 300, seed=7)
        started, done = threading.Event(), threading.Event()

        def work():
            started.set()
            try:
                sumac.gemm(a, b, engine='reference', threads=1)
            finally:
                done.set()

        worker = threading.Thread(target=work)
        worker.start()
        started.wait()
        rounds = 0
        while not done.wait(0.001):  # with the lock held, this would return once, at the end
            rounds += 1
        worker.join()
        self.assertGreater(rounds, 20)


unittest.main()
