# SPDX-License-Identifier: Apache-2.0
"""A short run of the program on a few images of Fashion-MNIST."""
import gzip
import os
import pathlib
import struct
import subprocess

import numpy as np

PROGRAM = os.environ['SUMAC_PROGRAM']
PUBLISHED = pathlib.Path('/usr/share/datasets/fashion-mnist')
IMAGES = 70  # more than a batch


def program(*arguments):
    return subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, text=True).stdout


def extract(name, count, folder):
    """The first images or labels of a published file, in a file of the same form; their bytes."""
    data = gzip.decompress((PUBLISHED / name).read_bytes())
    header = 16 if 'images' in name else 8
    kept = data[header:header + count * (784 if header == 16 else 1)]
    (folder / name).write_bytes(gzip.compress(data[:4] + struct.pack('>I', count)
                                              + data[8:header] + kept))
    return np.frombuffer(kept, np.uint8)


def train(folder, *options):
    """A checkpoint, and the test images and labels that lie in the folder too."""
    folder = pathlib.Path(folder)
    for part in ('train', 't10k'):
        labels = extract(f'{part}-labels-idx1-ubyte.gz', IMAGES, folder)
        pixels = extract(f'{part}-images-idx3-ubyte.gz', IMAGES, folder)
    program('train', '--model', 'resnet8', '--data', 'fashion-mnist', '--data-dir', str(folder),
            '--epochs', '1', '--batch', '35', *options, '--out', str(folder / 'run'))
    return folder / 'run/model.safetensors', pixels.reshape(IMAGES, 28, 28, 1), labels


def normalised(pixels):
    """What the network takes for these bytes."""
    return ((pixels / np.float32(255) - np.float32(0.2860)) / np.float32(0.3530)).astype(np.float32)
