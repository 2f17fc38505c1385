#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How far a layer's numbers are from true products': integer-add products, and with compensation.
set -euo pipefail
sumac=${SUMAC:-$(dirname "$0")/../../build/release/bin/sumac}
out=${1:-gallery}
mkdir -p "$out"

/usr/bin/python3 - "$out" <<'PYTHON'
import sys
import numpy
random = numpy.random.default_rng(2)
# A layer's shape: 64 pixels of 3x3x16 inputs, 32 channels; activations are positive after a ReLU.
numpy.save(f"{sys.argv[1]}/a.npy", abs(random.standard_normal((64, 144), dtype=numpy.float32)))
numpy.save(f"{sys.argv[1]}/b.npy", random.standard_normal((144, 32), dtype=numpy.float32))
PYTHON

run() { "$sumac" gemm --a "$out/a.npy" --b "$out/b.npy" --out "$out/$1.npy" "${@:2}" > /dev/null; }
run ieee --mul ieee
run mogami --comp mogami
run pam-alpha --comp pam-alpha

/usr/bin/python3 - "$out" <<'PYTHON'
import sys
import numpy
true = numpy.load(f"{sys.argv[1]}/ieee.npy")
for name in ("mogami", "pam-alpha"):
    found = numpy.load(f"{sys.argv[1]}/{name}.npy")
    error = numpy.sqrt(numpy.mean((found - true) ** 2) / numpy.mean(true ** 2))
    gain = (found * true).sum() / (true * true).sum()
    print(f"{name:10} relative error {100 * error:5.2f} %   gain {gain:.4f}")
PYTHON
