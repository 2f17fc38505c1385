# SPDX-License-Identifier: Apache-2.0
"""LUTs, registers and DSP blocks of a design on an FPGA family, by Yosys alone: nothing is placed."""
import json
import re

from . import cache as cache_of, tools
from .mapping import quote

FAMILIES = {
    "ice40": ("synth_ice40 -dsp", r"SB_LUT4", r"SB_DFF\w*", r"SB_MAC16", r"SB_CARRY"),
    "ecp5": ("synth_ecp5", r"LUT4", r"TRELLIS_FF", r"MULT18X18D", r"CCU2C"),
    "xilinx": ("synth_xilinx -flatten", r"LUT[1-6]", r"FD[RSCP]E(_1)?", r"DSP48E1", r"CARRY4"),
}


def synthesize(store, design, family, yosys):
    command, *_ = FAMILIES[family]
    key = cache_of.digest("fpga", tools.version(yosys), command, design.top, design.parameters,
                          *(path.read_bytes() for path in design.files()))
    folder = store.folder_of(key, lambda work: _synthesize(design, command, yosys, work))
    text = (folder / "stat.json").read_text(encoding="utf-8")
    cells = json.loads(text[text.index("{"):])["design"]["num_cells_by_type"]
    luts, registers, blocks, carries = (
        sum(number for kind, number in cells.items() if re.fullmatch(pattern, kind))
        for pattern in FAMILIES[family][1:])
    return {"design": design.name, "mul": design.mul, "format": design.format,
            "add_depth": design.add_depth,
            "array": design.shape and "x".join(map(str, design.shape)), "fpga": family,
            "luts": luts, "registers": registers, "dsps": blocks, "carry_cells": carries,
            "cells": cells, "tools": {"yosys": tools.version(yosys)}}


def _synthesize(design, command, yosys, folder):
    parameters = " ".join(f"-set {name} {value}" for name, value in design.parameters.items())
    (folder / "fpga.ys").write_text("\n".join([
        f"read_verilog -sv -defer -DSYNTHESIS {' '.join(map(quote, design.files()))}",
        f"chparam {parameters} {design.top}",
        f"hierarchy -check -top {design.top}",
        "proc", "flatten", f"{command} -top {design.top}",
        "tee -q -o stat.json stat -json", ""]), encoding="utf-8")
    tools.run([yosys, "-q", "-s", "fpga.ys"], folder, "fpga.log")
