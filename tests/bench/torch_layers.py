#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Layers of sumac.torch and PyTorch's own, forward and backward, by turns.

    apt-get install python3-torch
    PYTHONPATH=build/release/python tests/bench/torch_layers.py

What is compared is medians of short turns: other programs on the machine disturb all alike. Told are
the processors' milliseconds a pass, in all threads, and PyTorch's by ours.
"""
import argparse
import os
import statistics
import time

import torch
from torch import nn

import sumac.torch

LAYERS = {
    "conv 3x3, 16 to 16, 128 x 32 x 32": (lambda: nn.Conv2d(16, 16, 3, 1, 1, bias=False),
                                          (128, 16, 32, 32)),
    "conv 3x3, 64 to 64, 128 x 8 x 8": (lambda: nn.Conv2d(64, 64, 3, 1, 1, bias=False),
                                        (128, 64, 8, 8)),
    "conv 3x3, 64 to 64, 8 x 56 x 56": (lambda: nn.Conv2d(64, 64, 3, 1, 1, bias=False),
                                        (8, 64, 56, 56)),
    "conv 1x1, 256 to 64, 8 x 28 x 28": (lambda: nn.Conv2d(256, 64, 1, bias=False),
                                         (8, 256, 28, 28)),
    "linear, 1024 to 1024, 128": (lambda: nn.Linear(1024, 1024), (128, 1024)),
}


def milliseconds(layer, x, passes):
    start = time.process_time()
    for _ in range(passes):
        layer.zero_grad(set_to_none=True)
        x.grad = None
        y = layer(x)
        y.backward(torch.ones_like(y))
    return 1e3 * (time.process_time() - start) / passes


def main():
    parser = argparse.ArgumentParser(description="sumac.torch's layers beside PyTorch's, by turns.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--passes", type=int, default=3, help="a turn")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    print(f"torch {torch.__version__}, {options.threads} threads, medians of {options.turns} turns, "
          f"load {os.getloadavg()[0]:.1f}; ms of processor time, forward and backward")
    print(f"{'layer':36} {'torch':>8} {'pam':>8} {'ieee':>8}   torch by pam, by ieee")
    for name, (make, shape) in LAYERS.items():
        x = torch.relu(torch.randn(shape)).contiguous()  # as after a ReLU
        if x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        x.requires_grad_()
        kinds = {"torch": make()}
        for mul in ("pam", "ieee"):
            kinds[mul] = sumac.torch.convert(
                make(), sumac.torch.Options(mul=mul, threads=options.threads))
        times = {kind: [] for kind in kinds}
        for layer in kinds.values():
            milliseconds(layer, x, 1)
        for _ in range(options.turns):
            for kind, layer in kinds.items():
                times[kind].append(milliseconds(layer, x, options.passes))
        torch_ms, pam, ieee = (statistics.median(times[kind]) for kind in ("torch", "pam", "ieee"))
        print(f"{name:36} {torch_ms:8.1f} {pam:8.1f} {ieee:8.1f}   {torch_ms / pam:12.2f} "
              f"{torch_ms / ieee:8.2f}")


if __name__ == "__main__":
    main()
