#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A training step of ResNet-20 in PyTorch and in Sumac, by turns, and the ratio of their medians.

    apt-get install python3-torch
    tests/bench/torch_step.py --bench build/release/bin/train_bench

PyTorch at its best on a CPU: FP32, channels last, denormals flushed; the work is train_bench's:
batch 128 of 32x32x3 images, forward, loss, backward, SGD with momentum 0.9 and weight decay 1e-4.
Other programs on the machine disturb both alike, and not at the same moment: turns are short, and
what is compared is medians. The processors' time a step is told beside the time by the clock.
"""

import argparse
import json
import os
import statistics
import subprocess
import time

import torch
from torch import nn
from torch.nn import functional

BATCH = 128


class Block(nn.Module):
    """Two convolutions and a shortcut of option A: every second pixel between zero channels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.stride = outputs // inputs
        self.padding = (outputs - inputs) // 2
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        if self.stride > 1:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.padding, self.padding))
        return functional.relu(y + x, inplace=True)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
        self.blocks = nn.Sequential(*[Block(a, b) for a, b in zip(widths, widths[1:])])
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return self.linear(self.blocks(x).mean((2, 3)))


class TorchStep:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        torch.manual_seed(1)
        self.net = ResNet20().to(memory_format=torch.channels_last)
        self.sgd = torch.optim.SGD(self.net.parameters(), 0.01, momentum=0.9, weight_decay=1e-4)
        images = torch.rand(BATCH, 3, 32, 32) * 2 - 1
        self.images = images.contiguous(memory_format=torch.channels_last)
        self.labels = torch.arange(BATCH) % 10

    def run(self, steps):
        """Milliseconds a step, by the clock and of the processors."""
        clock, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            self.sgd.zero_grad(set_to_none=True)
            functional.cross_entropy(self.net(self.images), self.labels).backward()
            self.sgd.step()
        return [1e3 * (time.perf_counter() - clock) / steps,
                1e3 * (time.process_time() - cpu) / steps]


def sumac_step(bench, threads):
    result = json.loads(subprocess.run(
        [bench, f"--benchmark_filter=resnet20_32x32x3/(pam|ieee)/threads:{threads}/",
         "--benchmark_format=json"],
        check=True, capture_output=True, text=True).stdout)
    return {run["name"].split("/")[1]: [run["real_time"], run["cpu"]]
            for run in result["benchmarks"]}


def main():
    parser = argparse.ArgumentParser(description="PyTorch's and Sumac's training step, by turns.")
    parser.add_argument("--bench", default="build/release/bin/train_bench")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--steps", type=int, default=5, help="of PyTorch, a turn")
    options = parser.parse_args()

    torch_step = TorchStep(options.threads)
    torch_step.run(3)
    times = {"torch": [], "pam": [], "ieee": []}
    for _ in range(options.turns):
        times["torch"].append(torch_step.run(options.steps))
        for name, pair in sumac_step(options.bench, options.threads).items():
            times[name].append(pair)
    print(f"torch {torch.__version__}, {options.threads} threads, medians of {options.turns} turns, "
          f"load {os.getloadavg()[0]:.1f}")
    medians = {name: [statistics.median(column) for column in zip(*pairs)]
               for name, pairs in times.items()}
    print("         images/s   ms/step   cpu ms/step   speed beside torch: clock, cpu")
    for name, (clock, cpu) in medians.items():
        ratios = [medians["torch"][i] / medians[name][i] for i in (0, 1)]
        print(f"{name:6} {1e3 * BATCH / clock:10.1f} {clock:9.1f} {cpu:13.1f} "
              f"{ratios[0]:23.3f} {ratios[1]:9.3f}")


if __name__ == "__main__":
    main()
