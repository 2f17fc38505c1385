# SPDX-License-Identifier: Apache-2.0
"""Energy of a whole network on the accelerator: elements as measured, memories by a stated model,
accesses and cycles by the cycle model of `sumac cycles`."""
import json
import math

from . import Wrong

LIBRARY = "osu018_stdcells"  # that the memories' scale is of

# Memories. Horowitz, "Computing's energy problem", ISSCC 2014, 45 nm, 0.9 V: a 64-bit access of a cache of
# 8 KB takes 10 pJ, of 32 KB 20, of 1 MB 100: 10 sqrt(KB / 8), within 13 %. Dynamic energy goes with the
# feature's size and the supply's square: from 45 nm, 0.9 V to 180 nm, 1.8 V it is 4 * 4.
SRAM_PJ_64_BITS, SRAM_KB, SCALE = 10.0, 8.0, (180 / 45) * (1.8 / 0.9) ** 2
# A cell of 140 F^2, as ITRS has it for six transistors; the rest of a macro takes 40 %: assumed.
CELL_UM2, CELL_SHARE = 140 * 0.18 ** 2, 0.6
# DRAM with its interface, same source: 1.3 to 2.6 nJ for 64 bits. It is another chip and is not scaled.
DRAM_PJ_BIT = 1300.0 / 64
# For comparison only, same source, 45 nm, unscaled, pJ.
PUBLISHED = {"int32 add": 0.1, "fp32 add": 0.9, "fp32 multiply": 3.7}

PASSES = ("forward", "input-gradient", "weight-gradient")
PARTS = ("MACs", "idle elements", "windows", "partial sums", "DMA and DRAM")
WINDOW_WORDS, BANK_ROWS = 32768, 512  # of the accelerator (docs/accelerator.md)


def sram_pj(kibibytes):
    """Of a 32-bit word."""
    return SRAM_PJ_64_BITS / 2 * math.sqrt(kibibytes / SRAM_KB) * SCALE


def sram_um2(kibibytes):
    return kibibytes * 1024 * 8 * CELL_UM2 / CELL_SHARE


def layer_accesses(layer, rows, cols):
    """Words read and written in the windows and in the partial-sum banks."""
    m, n, k = layer["m"], layer["n"], layer["k"]
    k_tiles, n_tiles = math.ceil(k / rows), math.ceil(n / cols)
    pieces = math.ceil(m / max(1, BANK_ROWS // n_tiles))  # the weights are read again in each
    loaded = layer["bytes_read"] / 4
    window = m * k * n_tiles + n * k * pieces + loaded
    banks = 2 * m * n * (k_tiles - 1)
    return window, banks


def network(cycles, result):
    """{part: J} of the network of `sumac cycles --json`, on elements of a result of sumac-synth."""
    rows, cols = map(int, cycles["array"].split("x"))
    costs = _by_pass(result)
    window_pj, bank_pj = sram_pj(WINDOW_WORDS * 4 / 1024), sram_pj(BANK_ROWS * 4 / 1024)
    found = dict.fromkeys(PARTS, 0.0)
    for layer in cycles["layers"]:
        which = next((name for name in PASSES if layer["name"].endswith(" " + name)), "forward")
        if which not in costs:
            raise Wrong(f"the result has no recording named {which}*, which the network's layers need.")
        mac, idle = costs[which]
        window, banks = layer_accesses(layer, rows, cols)
        count = layer.get("count", 1)
        found["MACs"] += count * layer["macs"] * mac
        found["idle elements"] += count * (layer["cycles"] * rows * cols - layer["macs"]) * idle
        found["windows"] += count * window * window_pj
        found["partial sums"] += count * banks * bank_pj
        found["DMA and DRAM"] += count * (layer["bytes_read"] + layer["bytes_written"]) * 8 * DRAM_PJ_BIT
    return {part: 1e-12 * value for part, value in found.items()}


def _by_pass(result):
    """{pass: (pJ a MAC, pJ an idle cycle)}, of the recordings whose names begin with it."""
    costs = {}
    for name in PASSES:
        ones = [one for one in result.get("energy", ()) if one["trace"].startswith(name)]
        macs = sum(one["macs"] for one in ones)
        if macs:
            costs[name] = (sum(one["pj_per_mac"] * one["macs"] for one in ones) / macs,
                           ones[0]["pj_per_idle_cycle"])
    return costs


def table(names, networks, results):
    """Markdown: a row a network and product."""
    lines = ["| network | product | mJ an image | " + " | ".join(PARTS) + " | to the first |",
             "| --- | --- | --- | " + " | ".join("---" for _ in PARTS) + " | --- |"]
    for name, cycles in zip(names, networks):
        sums = []
        for result in results:
            parts = network(cycles, result)
            whole = sum(parts.values())
            sums.append(whole)
            lines.append(
                f"| {name} | {result['mul']}, {result['format']} | {_three(1e3 * whole / cycles['batch'])} | "
                + " | ".join(f"{100 * value / whole:.1f} %" for value in parts.values())
                + f" | {whole / sums[0]:.3f} |")
    lines += ["", "Published, at 45 nm, not measured here (Horowitz 2014), pJ: " + ", ".join(
        f"{what} {value}" for what, value in PUBLISHED.items()) + "."]
    return "\n".join(lines)


def _three(value):
    """Three digits, without an exponent."""
    return f"{float(f'{value:.3g}'):,g}"


def components(result, rows, cols):
    """An Accelergy-style component table: area in um^2, energy of an action in pJ."""
    window, bank = WINDOW_WORDS * 4 / 1024, BANK_ROWS * 4 / 1024
    mac, idle = _by_pass(result).get("forward", (result["energy_pj_per_mac"],
                                                 result["energy"][0]["pj_per_idle_cycle"]))
    parts = [("processing_element", rows * cols, result["area"], {"mac": mac, "idle": idle}),
             ("window", 2, sram_um2(window), {"read": sram_pj(window), "write": sram_pj(window)}),
             ("partial_sum_bank", cols, sram_um2(bank), {"read": sram_pj(bank), "write": sram_pj(bank)}),
             ("dram", 1, 0.0, {"read": 32 * DRAM_PJ_BIT, "write": 32 * DRAM_PJ_BIT})]
    lines = [f"# {result['mul']}, {result['format']}, {result['library']}, {result['clock_ns']:g} ns; words of 32 bits.",
             "# The element is measured; memories are a model (docs/synthesis.md).", "components:"]
    for name, number, area, actions in parts:
        lines += [f"  - name: {name}", f"    count: {number}", f"    area_um2: {area:.1f}", "    actions:"]
        lines += [f"      - {{name: {action}, energy_pj: {value:.4f}}}" for action, value in actions.items()]
    return "\n".join(lines) + "\n"


def read(path, fields):
    try:
        document = json.loads(open(path, encoding="utf-8").read())
        if all(field in document for field in fields):
            return document
    except OSError as error:
        raise Wrong(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        pass
    raise Wrong(f"{path} lacks {' or '.join(fields)}: it is not the JSON that is asked for here.")
