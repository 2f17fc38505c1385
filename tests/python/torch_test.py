# SPDX-License-Identifier: Apache-2.0
"""sumac.torch: the jobs of arithmetic.md written a second time over im2col matrices; PyTorch's own
gradients where products are IEEE's."""
import sys
import unittest

import numpy as np

try:
    import torch
except ImportError:
    print('PyTorch is not installed (Debian: python3-torch): sumac.torch is not tested')
    sys.exit(77)

import sumac
import sumac.torch as st
from words import words

IEEE = st.Options(mul='ieee')


def im2col(x, kernel, stride, padding, size):
    """NHWC images as a matrix: rows (image, y, x), columns (r, q, channel)."""
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    taps = [x[:, r:r + (size[0] - 1) * stride + 1:stride, q:q + (size[1] - 1) * stride + 1:stride]
            for r in range(kernel) for q in range(kernel)]
    return np.concatenate(taps, axis=3).reshape(-1, kernel * kernel * x.shape[3])


def random(*shape, seed=1):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape, dtype=np.float32))


def last(tensor):
    return np.ascontiguousarray(tensor.detach().permute(0, 2, 3, 1).numpy())


class TorchTest(unittest.TestCase):
    def equal(self, got, expected):
        got, expected = (x.detach().numpy() if isinstance(x, torch.Tensor) else x
                         for x in (got, expected))
        self.assertEqual(got.shape, expected.shape)
        np.testing.assert_array_equal(words(got), words(expected))

    def test_convolution(self):
        for options in (st.Options(), st.Options(comp='l-mul', format='bf16', mul_backward='ieee')):
            for kernel, stride, padding in ((3, 1, 1), (3, 2, 1), (1, 2, 0), (2, 3, 0)):
                self.check_convolution(options, kernel, stride, padding)

    def check_convolution(self, options, kernel, stride, padding):
        arguments = {'comp': options.comp, 'format': options.format}
        backward = {**arguments, 'mul': options.mul_backward or 'pam'}
        x, w, bias = random(3, 2, 8, 7), random(4, 2, kernel, kernel, seed=2), random(4, seed=3)
        for tensor in (x, w, bias):
            tensor.requires_grad_()
        y = st.conv2d(x, w, bias, stride, padding, options=options)
        dy = random(*y.shape, seed=4)
        y.backward(dy)
        images, weights, gradient, sizes = last(x), last(w), last(dy), y.shape[2:]

        columns = im2col(images, kernel, stride, padding, sizes)
        matrix = weights.reshape(4, -1)
        start = np.broadcast_to(bias.detach().numpy(), (len(columns), 4))
        self.equal(last(y).reshape(-1, 4), sumac.gemm(columns, matrix.T, start, **arguments))
        rows = gradient.reshape(-1, 4)
        self.equal(last(w.grad).reshape(4, -1), sumac.gemm(columns.T, rows, **backward).T)
        # Zeros between the gradient's pixels, and around them as the rotated kernel reaches.
        spread = np.zeros((3, 8 + kernel - 1, 7 + kernel - 1, 4), np.float32)
        before = kernel - 1 - padding
        places = [slice(before, before + (size - 1) * stride + 1, stride) for size in sizes]
        spread[:, places[0], places[1]] = gradient
        rotated = weights[:, ::-1, ::-1].transpose(1, 2, 0, 3).reshape(-1, 2)
        self.equal(last(x.grad).reshape(-1, 2),
                   sumac.gemm(im2col(spread, kernel, 1, 0, (8, 7)), rotated, **backward))
        sums = sum(gradient[i].reshape(-1, 4).astype(np.float64).cumsum(0)[-1] for i in range(3))
        self.equal(bias.grad, sums.astype(np.float32))

    def test_linear_and_matmul(self):
        x, w, bias = random(2, 3, 5), random(4, 5, seed=2), random(4, seed=3)
        w.requires_grad_()
        y = st.linear(x, w, bias)
        rows = x.reshape(-1, 5).numpy()
        weights = w.detach().numpy()
        self.equal(y.reshape(-1, 4), sumac.gemm(rows, weights.T, np.tile(bias.numpy(), (6, 1))))
        dy = random(2, 3, 4, seed=4)
        y.backward(dy)
        self.equal(w.grad, sumac.gemm(rows.T, dy.reshape(-1, 4).numpy()).T)

        a, b = random(3, 6).requires_grad_(), random(6, 2, seed=2).requires_grad_()
        c = st.matmul(a, b)
        dc = random(3, 2, seed=3)
        c.backward(dc)
        self.equal(c, sumac.gemm(a.detach().numpy(), b.detach().numpy()))
        self.equal(a.grad, sumac.gemm(dc.numpy(), b.detach().numpy().T))
        self.equal(b.grad, sumac.gemm(a.detach().numpy().T, dc.numpy()))

    def test_pytorch_where_products_are_ieee(self):
        x, w, bias = random(2, 4, 9, 9), random(6, 2, 3, 3, seed=2), random(6, seed=3)
        results = []
        for conv in (torch.nn.functional.conv2d,
                     lambda *call, **named: st.conv2d(*call, **named, options=IEEE)):
            leaves = [tensor.clone().requires_grad_() for tensor in (x, w, bias)]
            y = conv(*leaves, stride=2, padding=1, groups=2)
            (y * y).sum().backward()
            results.append([y.detach(), *(leaf.grad for leaf in leaves)])
        for theirs, ours in zip(*results):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)

    def test_converted_model(self):
        torch.manual_seed(1)
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.ReLU(),
                                    torch.nn.Flatten(), torch.nn.Linear(64, 3))
        x, labels = random(32, 1, 4, 4), torch.arange(32) % 3
        plain = model(x).detach()
        parameters = list(model.parameters())
        torch.testing.assert_close(st.convert(model, IEEE)(x), plain, rtol=1e-4, atol=1e-5)
        self.assertIs(st.convert(model), model)
        for before, after in zip(parameters, model.parameters()):
            self.assertIs(before, after)
        self.assertGreater((model(x) - plain).abs().max().item(), 1e-3)  # pam is another product
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        losses = []
        for _ in range(60):
            loss = torch.nn.functional.cross_entropy(model(x), labels)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        self.assertLess(losses[-1], 0.5 * losses[0])

    def test_errors(self):
        x, w = random(1, 2, 4, 4), random(3, 2, 3, 3)
        for call, sentence in (
                (lambda: st.conv2d(x.double(), w), 'float32 on the CPU'),
                (lambda: st.conv2d(x, w[:, :, :2]), 'square kernels'),
                (lambda: st.conv2d(x, w[:, :1]), '2 channels, and 1 groups'),
                (lambda: st.conv2d(x, w, padding=3), 'padding below'),
                (lambda: st.conv2d(x[:, :, :2], w), 'smaller than the kernel'),
                (lambda: st.linear(random(2, 3), random(4, 5)), '3 features'),
                (lambda: st.conv2d(x, w, options=st.Options(engine='gpu')), 'not an engine'),
                (lambda: st.Conv2d(2, 3, 3, dilation=2)(x), 'no dilation'),
                (lambda: st.Conv2d(2, 3, 3, padding='same')(x), 'a number of them')):
            with self.assertRaisesRegex(sumac.Error, sentence):
                call()


unittest.main()
