# SPDX-License-Identifier: Apache-2.0
"""sumac.torch.ResNet: a checkpoint of the program opened, tested and tuned in PyTorch, and back."""
import json
import pathlib
import sys
import tempfile
import unittest

import numpy as np

try:
    import torch
except ImportError:
    print('PyTorch is not installed (Debian: python3-torch): sumac.torch.ResNet is not tested')
    sys.exit(77)

import runs
import sumac
import sumac.torch as st
from words import words


def tensors(path):
    """A safetensors file, read a second time: 8 bytes of length, JSON, the words."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], 'little')
    header = json.loads(data[8:start])
    header.pop('__metadata__')
    return {name: np.frombuffer(data[start:][slice(*entry['data_offsets'])], np.uint32)
            .reshape(entry['shape']) for name, entry in header.items()}


class ResNetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path, cls.pixels, labels = runs.train(cls.folder.name, '--mul', 'ieee')
        cls.images = torch.from_numpy(runs.normalised(cls.pixels)).permute(0, 3, 1, 2)
        cls.labels = torch.from_numpy(labels.astype(np.int64))
        cls.tuned = pathlib.Path(cls.folder.name) / 'tuned.safetensors'

    def evaluate(self, path):
        said = json.loads(runs.program('eval', '--checkpoint', str(path), '--data-dir',
                                       self.folder.name, '--json'))
        return {name: said[name] for name in ('accuracy', 'loss', 'logits_crc32')}

    def logits(self, net):
        with torch.no_grad():
            return net.eval()(self.images)

    def close(self, theirs, ours):
        """But for the order of sums."""
        self.assertLess((theirs - ours).abs().max().item(), 1e-5 * theirs.abs().max().item())

    def check_equal_networks(self, net, path):
        logits = self.logits(net)
        self.close(logits, torch.from_numpy(sumac.Model.load(path).predict(self.pixels)))
        correct = (logits.argmax(1) == self.labels).sum().item()
        self.assertAlmostEqual(self.evaluate(path)['accuracy'], correct / runs.IMAGES)

    def test_names_and_words(self):
        stored = tensors(self.path)
        state = {name: tensor for name, tensor in st.ResNet.load(self.path).state_dict().items()
                 if not name.endswith('num_batches_tracked')}
        self.assertEqual(set(state), {name for name in stored if not name.startswith('optimizer.')})
        self.assertIn('layer3.0.bn2.running_var', state)
        for name, tensor in state.items():
            np.testing.assert_array_equal(words(tensor.numpy()), stored[name])

    def test_there_and_back(self):
        net = st.ResNet.load(self.path)
        self.assertEqual((net.name, net.input_shape, net.classes, net.config['mul']),
                         ('resnet8', (28, 28, 1), 10, 'ieee'))
        self.check_equal_networks(net, self.path)
        net.save(self.tuned)  # as it was
        before, after = tensors(self.path), tensors(self.tuned)
        self.assertEqual(set(before), set(after))
        for name in before:
            if not name.startswith('optimizer.'):
                np.testing.assert_array_equal(after[name], before[name])
        self.assertEqual(self.evaluate(self.tuned), self.evaluate(self.path))

        optimizer = torch.optim.SGD(net.train().parameters(), lr=0.05, momentum=0.9)
        losses = []
        for _ in range(4):
            loss = torch.nn.functional.cross_entropy(net(self.images), self.labels)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        self.assertLess(losses[-1], losses[0])
        net.save(self.tuned)
        self.check_equal_networks(net, self.tuned)
        self.assertNotEqual(self.evaluate(self.tuned)['logits_crc32'],
                            self.evaluate(self.path)['logits_crc32'])
        # Through ONNX as well, under the same names.
        model, x, y = (str(self.tuned.with_name(name)) for name in ('m.onnx', 'x.npy', 'y.npy'))
        runs.program('export', '--checkpoint', str(self.tuned), '--out', model, '--batch',
                     str(runs.IMAGES))
        np.save(x, self.images.numpy())
        runs.program('infer', model, '--input', x, '--out', y, '--mul', 'ieee')
        self.close(self.logits(net), torch.from_numpy(np.load(y)))

    def test_a_network_from_elsewhere(self):
        """Its state dict by PyTorch's own names; integer-add products in the program."""
        torch.manual_seed(1)
        elsewhere = st.ResNet('resnet14', (28, 28, 1)).state_dict()
        net = st.ResNet('resnet14', (28, 28, 1), config={'mul': 'pam', 'comp': 'l-mul'})
        net.load_state_dict(elsewhere)
        net.save(self.tuned)
        model = sumac.Model.load(self.tuned)
        self.assertEqual((model.name, model.config['comp']), ('resnet14', 'l-mul'))
        difference = np.abs(model.predict(self.pixels) - self.logits(net).numpy()).max()
        self.assertGreater(difference, 1e-4)  # another product
        self.assertLess(difference, 1)

    def test_errors(self):
        self.tuned.write_bytes(b'whole')
        net = st.ResNet('resnet8', (28, 28, 1))
        with torch.no_grad():
            net.layer2[0].conv1.weight[0, 0, 0, 0] = float('nan')
        for call, sentence in (
                (lambda: net.save(self.tuned), 'layer2.0.conv1.weight is not finite; train with'),
                (lambda: st.ResNet('resnet9'), "'resnet9' is not a network; choose one of resnet8"),
                (lambda: st.ResNet('resnet8', config={'colour': 1}).save(self.tuned), 'colour'),
                (lambda: st.ResNet('resnet8').double().save(self.tuned), 'convert the network'),
                (lambda: st.ResNet.load(self.tuned), 'tuned.safetensors')):
            with self.assertRaisesRegex(sumac.Error, sentence):
                call()
            self.assertEqual(self.tuned.read_bytes(), b'whole')


unittest.main()
