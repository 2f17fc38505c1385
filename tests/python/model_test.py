# SPDX-License-Identifier: Apache-2.0
"""Model.predict and cycles: what the program says of the same checkpoint and the same networks."""
import json
import tempfile
import unittest
import zlib

import numpy as np

import runs
import sumac
from runs import IMAGES, program


class ModelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path, cls.pixels, _ = runs.train(cls.folder.name, '--comp', 'l-mul')
        cls.model = sumac.Model.load(cls.path)

    def test_logits_of_the_program(self):
        said = json.loads(program('eval', '--checkpoint', str(self.path), '--data-dir',
                                  self.folder.name, '--json'))
        logits = self.model.predict(self.pixels)
        self.assertEqual(logits.shape, (IMAGES, 10))
        self.assertEqual(zlib.crc32(logits.tobytes()), said['logits_crc32'])
        for options in ({'batch': 1}, {'threads': 1}, {'engine': 'reference'}):
            np.testing.assert_array_equal(self.model.predict(self.pixels[:3], **options), logits[:3])

    def test_normalised_images(self):
        np.testing.assert_array_equal(self.model.predict(runs.normalised(self.pixels)),
                                      self.model.predict(self.pixels))

    def test_what_it_is(self):
        self.assertEqual(self.model.name, 'resnet8')
        self.assertEqual(self.model.input_shape, (28, 28, 1))
        self.assertEqual(self.model.classes, 10)
        self.assertEqual(self.model.config['comp'], 'l-mul')
        self.assertEqual(self.model.predict(self.pixels[:0]).shape, (0, 10))

    def test_errors(self):
        for call, sentence in (
                (lambda: sumac.Model.load('nowhere.safetensors'), 'nowhere.safetensors'),
                (lambda: sumac.Model.load(runs.PROGRAM), 'safetensors'),
                (lambda: self.model.predict(self.pixels[0]), r'takes \(N, 28, 28, 1\)'),
                (lambda: self.model.predict(self.pixels, batch=0), 'batch is 0'),
                (lambda: self.model.predict(self.pixels, engine='gpu'), 'not an engine')):
            with self.assertRaisesRegex(sumac.Error, sentence):
                call()
        with self.assertRaisesRegex(TypeError, 'int64'):
            self.model.predict(self.pixels.astype(np.int64))


class CyclesTest(unittest.TestCase):
    def test_figures_of_the_program(self):
        for flags, options in (
                (['--network', 'resnet50-imagenet', '--array', '32x32', '--batch', '4'],
                 {'network': 'resnet50-imagenet', 'array': '32x32', 'batch': 4}),
                (['--network', 'resnet8', '--training', '--add-depth', '3', '--psum-depth', '64'],
                 {'network': 'resnet8', 'training': True, 'add_depth': 3, 'psum_depth': 64}),
                (['--network', 'resnet8', '--bus-bits', '128', '--latency', '50'],
                 {'network': 'resnet8', 'bus_bits': 128, 'latency': 50})):
            expected = json.loads(program('cycles', *flags, '--json'))
            del expected['seconds']
            self.assertEqual(sumac.cycles(**options), expected)

    def test_errors(self):
        self.assertIn('vgg16', sumac.networks())
        for options, sentence in (
                ({}, 'either network'), ({'network': 'alexnet'}, 'choose one of resnet8'),
                ({'network': 'vgg16', 'array': '16'}, 'ROWSxCOLUMNS'),
                ({'network': 'vgg16', 'batch': 0}, 'batch is 0'),
                ({'network': 'vgg16', 'bus_bits': 100}, 'bus_bits is 100'),
                ({'network': 'vgg16', 'bus_bits': 128, 'array': '256x256'}, 'at most 128'),
                ({'topology': 'nowhere.csv'}, 'nowhere.csv')):
            with self.assertRaisesRegex(sumac.Error, sentence):
                sumac.cycles(**options)


unittest.main()
