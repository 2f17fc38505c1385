#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A network that PyTorch exported, on the simulated accelerator; every word is compared.
set -euo pipefail
here=$(dirname "$0")
sumac=${SUMAC:-$here/../../build/release/bin/sumac}
out=${1:-gallery}
mkdir -p "$out"
model=$here/../../tests/onnx/models/mobilenet

"$sumac" import "$model.onnx" --out "$out/mobilenet.safetensors"
"$sumac" infer "$out/mobilenet.safetensors" --input "$model.x.npy" --out "$out/y.npy" --engine rtl --check
