#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The area of a processing element of yours (here the one in my_pe.sv) beside Sumac's with an integer
# adder and with a multiplier, all mapped to the same cells by the same flow.
set -euo pipefail
here=$(dirname "$0")
sumac=${SUMAC:-$here/../../build/release/bin/sumac}
out=${1:-gallery}
mkdir -p "$out"

area() {
  "$sumac" synth "$@" --script area --cache "$out/synth" --out "$out/pe.json"
  /usr/bin/python3 - "$out/pe.json" <<'PYTHON'
import json
import sys
pe = json.load(open(sys.argv[1]))
name = " ".join(word for word in (pe["design"], pe["mul"], pe["format"]) if word)
print(f"{name:12} {pe['area']:8,.0f} um^2   least clock {pe['min_period_ns']:6.3f} ns")
PYTHON
}
area --design "$here/my_pe.sv:my_pe"
area --design pe --mul pam --format bf16
area --design pe --mul ieee --format bf16
