# SPDX-License-Identifier: Apache-2.0
"""The operations element by element: the words of a second computation and of the program."""
import os
import subprocess
import unittest

import numpy as np

import integers
import sumac
from words import SPECIAL, floats, pairs, words

PROGRAM = os.environ['SUMAC_PROGRAM']


def program(operation, a, b, *options):
    lines = ''.join(f'{x:08x} {y:08x}\n' for x, y in zip(a, b))
    said = subprocess.run([PROGRAM, 'op', operation, *options], input=lines, check=True,
                          capture_output=True, text=True).stdout
    return [int(line.split()[2], 16) for line in said.splitlines()]


class OperationsTest(unittest.TestCase):
    def equal(self, got, expected, a, b=None):
        got, expected = words(got), np.array(expected, dtype=np.uint32)
        for i in np.flatnonzero(got != expected)[:1]:
            operands = f'{a[i]:08x}' + (f' {b[i]:08x}' if b is not None else '')
            self.fail(f'{operands}: {got[i]:08x}, and {expected[i]:08x} is expected')

    def test_words_of_the_second_computation(self):
        a, b = pairs(2000, seed=1)
        each = list(zip(a.tolist(), b.tolist()))
        self.equal(sumac.pam(floats(a), floats(b)), [integers.pam(x, y) for x, y in each], a, b)
        self.equal(sumac.pam(floats(a), floats(b), comp='0x710CB'),
                   [integers.pam(x, y, 0x710CB) for x, y in each], a, b)
        self.equal(sumac.add(floats(a), floats(b)), [integers.add(x, y) for x, y in each], a, b)
        self.equal(sumac.mul(floats(a), floats(b)), [integers.mul(x, y) for x, y in each], a, b)
        self.equal(sumac.padiv(floats(a), floats(b)), [integers.padiv(x, y) for x, y in each], a, b)
        for name in ('pasqrt', 'paexp2', 'palog2'):
            self.equal(getattr(sumac, name)(floats(a)),
                       [getattr(integers, name)(x) for x in a.tolist()], a)
        near = words(np.linspace(-130, 130, 4001, dtype=np.float32))  # where powers are numbers
        self.equal(sumac.paexp2(floats(near)), [integers.paexp2(x) for x in near.tolist()], near)
        for name, bits in (('fp32', 23), ('bf16', 7), ('e8m3', 3)):
            self.equal(sumac.narrow(floats(a), name),
                       [integers.narrow(x, bits) for x in a.tolist()], a)
        narrowed = [[integers.narrow(x, 7) for x in operand.tolist()] for operand in (a, b)]
        self.equal(sumac.pam(floats(a), floats(b), format='bf16'),
                   [integers.pam(x, y) for x, y in zip(*narrowed)], a, b)

    def test_words_of_the_program(self):
        a, b = pairs(5000, seed=2)
        for operation, function, options in (
                ('pam', sumac.pam, {}), ('pam', sumac.pam, {'comp': 'l-mul', 'format': 'bf16'}),
                ('mul', sumac.mul, {'format': 'e8m10'}), ('add', sumac.add, {})):
            flags = [word for name, value in options.items() for word in (f'--{name}', value)]
            self.equal(function(floats(a), floats(b), **options),
                       program(operation, a, b, *flags), a, b)

    def test_shapes(self):
        a = floats(SPECIAL)
        table = sumac.pam(a[:, None], a)
        self.assertEqual(table.shape, (len(SPECIAL), len(SPECIAL)))
        self.equal(table.reshape(-1), words([sumac.pam(x, y) for x in a for y in a]),
                   np.repeat(SPECIAL, len(SPECIAL)), np.tile(SPECIAL, len(SPECIAL)))
        self.assertIsInstance(sumac.pam(1.5, 1.5), np.float32)
        self.assertEqual(sumac.pam(1.5, 1.5), 2.0)
        self.assertEqual(sumac.mul([[1.5], [2]], [1.5, 3]).tolist(), [[2.25, 4.5], [3, 6]])
        self.assertEqual(sumac.add(np.zeros((0, 3), np.float32), 1).shape, (0, 3))

    def test_out(self):
        a = floats(SPECIAL)
        expected = words(sumac.pam(a, 3))
        out = np.zeros((len(SPECIAL), 2), np.float32)
        self.assertIs(sumac.pam(a, 3, out=out[:, 1]).base, out)
        self.equal(out[:, 1], expected, SPECIAL)
        self.assertTrue((out[:, 0] == 0).all())
        self.equal(sumac.pam(a, 3, out=a), expected, SPECIAL)  # in place
        with self.assertRaisesRegex(sumac.Error, r'shape \(3,\)'):
            sumac.pam(a, 3, out=np.zeros(3, np.float32))
        with self.assertRaises(TypeError):
            sumac.add(a, a, out=np.zeros(len(a)))

    def test_errors(self):
        with self.assertRaisesRegex(TypeError, 'float64'):
            sumac.pam(np.zeros(3), 1)
        with self.assertRaisesRegex(sumac.Error, 'do not broadcast'):
            sumac.add([1, 2], [1, 2, 3])
        with self.assertRaisesRegex(ValueError, "'mogul' is not a compensation"):
            sumac.pam(1, 2, comp='mogul')
        with self.assertRaisesRegex(sumac.Error, 'operand format'):
            sumac.narrow(1, 'fp16')
        self.assertTrue(issubclass(sumac.Error, ValueError))
        self.assertTrue(issubclass(sumac.WorkFailed, (sumac.Error, RuntimeError)))

    def test_version(self):
        self.assertEqual(sumac.__version__, os.environ['SUMAC_VERSION'])


unittest.main()
