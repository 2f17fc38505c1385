#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The cells of one processing element, with an integer adder and with a multiplier (bf16 operands).
set -euo pipefail
sumac=${SUMAC:-$(dirname "$0")/../../build/release/bin/sumac}
out=${1:-gallery}
mkdir -p "$out"

for mul in pam ieee; do
  "$sumac" synth --design pe --mul "$mul" --format bf16 --script area --cache "$out/synth" | sed -n 1,7p
done
