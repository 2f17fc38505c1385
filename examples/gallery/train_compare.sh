#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains a small ResNet twice, with integer-add and with true products: the same images and weights.
set -euo pipefail
sumac=${SUMAC:-$(dirname "$0")/../../build/release/bin/sumac}
out=${1:-gallery}
mkdir -p "$out"

for mul in pam ieee; do
  rm -rf "$out/train-$mul"
  "$sumac" train --model resnet8 --data fashion-mnist --limit-train 2000 --validation 500 \
    --epochs 1 --mul "$mul" --out "$out/train-$mul" > "$out/train-$mul.txt" 2>&1
done
/usr/bin/python3 - "$out" <<'PYTHON'
import json
import sys
for mul in ("pam", "ieee"):
    last = json.loads(open(f"{sys.argv[1]}/train-{mul}/metrics.jsonl").read().splitlines()[-1])
    print(f"{mul:4}  training loss {last['train_loss']:.4f}   test loss {last['test_loss']:.4f}   "
          f"test accuracy {100 * last['test_accuracy']:.2f} %")
PYTHON
