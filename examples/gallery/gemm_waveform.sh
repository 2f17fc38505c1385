#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A matrix product on the simulated array, checked word by word, with a waveform of its signals.
set -euo pipefail
sumac=${SUMAC:-$(dirname "$0")/../../build/release/bin/sumac}
out=${1:-gallery}
mkdir -p "$out"

/usr/bin/python3 - "$out" <<'PYTHON'
import sys
import numpy
random = numpy.random.default_rng(1)
for name, shape in (("a", (16, 24)), ("b", (24, 8))):
    numpy.save(f"{sys.argv[1]}/{name}.npy", random.standard_normal(shape, dtype=numpy.float32))
PYTHON

"$sumac" gemm --a "$out/a.npy" --b "$out/b.npy" --out "$out/c.npy" --engine core --check \
  --trace "$out/gemm.fst"
echo "then: gtkwave $out/gemm.fst"
