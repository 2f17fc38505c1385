#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kills training at random moments and resumes it: the words are those of an uninterrupted run.

Usage: kill_test.py SUMAC [--kills N] [--seed S]. Two thirds of the kills are SIGKILL, the others
SIGINT. The network is the smallest, on images that this script makes up, with a checkpoint a step.
"""
import argparse
import gzip
import json
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time


def write_images(folder, stem, count, rng):
    """A Fashion-MNIST of `count` images."""
    images = struct.pack(">4I", 0x803, count, 28, 28) + rng.randbytes(count * 28 * 28)
    labels = struct.pack(">2I", 0x801, count) + bytes(i % 10 for i in range(count))
    (folder / f"{stem}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images, 1, mtime=0))
    (folder / f"{stem}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels, 1, mtime=0))


def words(run):
    """What a run left, without what a clock decides."""
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    for record in records:
        del record["images_per_second"], record["seconds"]
    return (run / "model.safetensors").read_bytes(), records


def whole(run):
    """No file of an ended process is half, and none but the run's own is there at its end."""
    expected = {"config.json", "curves.svg", "metrics.jsonl", "model.safetensors"}
    return {path.name for path in run.iterdir()} <= expected


class Runs:
    def __init__(self, sumac, folder):
        self.folder = folder
        self.first = [sumac, "train", "--model", "resnet8", "--data-dir", folder, "--batch", "8",
                      "--epochs", "2", "--lr", "0.05", "--checkpoint-every", "1", "--threads", "1",
                      "--augment", "pad-crop-flip"]
        self.again = [sumac, "train", "--resume", "--threads", "1"]

    def start(self, run):
        """The run goes on where it has begun."""
        begun = (run / "config.json").exists()
        return subprocess.Popen((self.again if begun else self.first) + ["--out", run],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def end(self, process, allowed):
        _, errors = process.communicate()
        if process.returncode not in allowed:
            sys.exit(f"kill_test: exit status {process.returncode}, expected one of {allowed}: "
                     f"{errors}")
        return process.returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sumac")
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="sumac-test-") as name:
        folder = pathlib.Path(name)
        write_images(folder, "train", 48, rng)
        write_images(folder, "t10k", 8, rng)
        runs = Runs(options.sumac, folder)
        began = time.monotonic()
        runs.end(runs.start(folder / "whole"), [0])
        seconds = time.monotonic() - began
        expected = words(folder / "whole")
        print(f"seed {options.seed}; a whole run takes {seconds:.2f} s", flush=True)
        kills = {signal.SIGKILL: 0, signal.SIGINT: 0}
        finished = 0
        while sum(kills.values()) < options.kills:
            run = folder / f"run{finished}"
            run.mkdir()
            while sum(kills.values()) < options.kills:
                process = runs.start(run)
                try:
                    process.wait(rng.uniform(0, seconds))
                except subprocess.TimeoutExpired:
                    sent = rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGINT])
                    process.send_signal(sent)
                    # Before its handler stands, SIGINT ends it; at its very end, it is done before either comes.
                    status = runs.end(process, [-sent, 0] + [130] * (sent == signal.SIGINT))
                    kills[sent] += status != 0
                    continue
                runs.end(process, [0])
                break
            runs.end(runs.start(run), [0])
            if words(run) != expected:
                sys.exit(f"kill_test: {run.name} has other words than the uninterrupted run")
            if not whole(run):
                sys.exit(f"kill_test: {run.name} holds {sorted(p.name for p in run.iterdir())}")
            finished += 1
        print(f"{kills[signal.SIGKILL]} times SIGKILL, {kills[signal.SIGINT]} times SIGINT, "
              f"{finished} runs resumed to the words of the uninterrupted one")


main()
