# SPDX-License-Identifier: Apache-2.0
"""A result for people."""


def text(result):
    if "fpga" in result:
        return _fpga(result)
    total = result["area"]
    lines = [_title(result),
             f"library {result['library']}, clock {result['clock_ns']:g} ns",
             "",
             f"area              {total:>12,.0f} um^2   {result['gate_equivalents']:,.0f} "
             f"{result['gate']} equivalents",
             f"  registers       {result['area_registers']:>12,.0f}",
             f"  logic           {total - result['area_registers']:>12,.0f}",
             f"least clock       {result['min_period_ns']:>12.3f} ns     "
             + ("meets the clock" if result["meets_clock"] else "MISSES the clock: no netlist meets it"),
             f"worst path        {result['path']['start']} -> {result['path']['end']}, "
             f"{result['path']['stages']} cells"]
    power = result["power_mw"]
    if power:
        energy = power["total"] * result["clock_ns"]
        lines.append(f"power             {power['total']:>12.4g} mW     at this clock, inputs changing "
                     f"{result['input_activity']} times a cycle, no vectors: {energy:.3g} pJ a cycle")
    else:
        lines.append("power             not known: OpenSTA's power report failed on this netlist")
    spread = result["spread"]
    best = result["best"]
    of = "" if result["spread_of"] == result["design"] else f" of the {result['spread_of']}"
    lines += ["",
              f"best of {spread['netlists']} netlists{of}: structure {best['structure']}, script "
              f"{best['script']}, target {best['target_ps']} ps",
              f"spread            {spread['meeting_clock']} meet the clock, "
              + ("their" if spread["meeting_clock"] else "all")
              + f" area {spread['area_min']:,.0f} to {spread['area_max']:,.0f} um^2; "
              f"least clocks {spread['period_min_ns']:.3f} to {spread['period_max_ns']:.3f} ns",
              f"fastest           {result['fastest']['period_ns']:.3f} ns with "
              f"{result['fastest']['area']:,.0f} um^2",
              ""]
    if "checked" in result:
        lines.insert(-1, f"gate-level check  {result['checked']['cycles']} random cycles equal to the "
                         f"RTL, seed {result['checked']['seed']}")
    for one in result.get("checked_tiles", ()):
        lines.insert(-1, f"gate-level check  {one['words_compared']:,} words in {one['cycles_compared']:,} of "
                         f"{one['cycles']:,} cycles equal to those of {one['trace']}")
    for one in result.get("energy", ()):
        lines[-1:] = _energy(one) + [""]
    lines.append(f"{'module, mapped by itself':<28} {'instances':>9} {'area':>12}")
    whole = sum(part["area"] for part in result["modules"]) or 1.0
    for part in result["modules"]:
        lines.append(f"  {part['module']:<26} {part['instances']:>9} {part['area']:>12,.0f} "
                     f"{100 * part['area'] / whole:>5.1f} %")
    lines += ["", "cells: " + ", ".join(f"{name} {number}" for name, number in result["cells"].items()),
              "", f"{result['tools']['yosys']}; {result['tools']['sta']}"]
    return "\n".join(lines)


def _energy(one):
    parts = one["parts_pj_per_cycle"]
    return ["",
            f"energy            {one['pj_per_mac']:>12.2f} pJ a MAC on {one['trace']}: {one['macs']:,} MACs in "
            f"{one['cycles']:,} cycles of {len(one['elements'])} elements",
            f"  a cycle         {one['pj_per_cycle']:>12.2f} pJ     "
            + ", ".join(f"{part} {value:.2f}" for part, value in parts.items()),
            f"  without changes {one['pj_per_idle_cycle']:>12.2f} pJ     a cycle in which only the clock runs",
            f"  without glitches{one['pj_per_cycle_settled']:>12.2f} pJ     if every net changed once a cycle at most"]


def _title(result):
    words = [result["design"]]
    if result["mul"] and result["design"] not in ("pam", "mul"):
        words.append(result["mul"])
    if result["format"] and result["design"] not in ("fadd", "fused"):
        words.append(result["format"])
    if result.get("accumulator"):
        words.append(result["accumulator"])
    if result["array"]:
        words.append(result["array"] + (" flat" if result.get("flat") else ""))
    if result["add_depth"] is not None:
        words.append(f"adder depth {result['add_depth']}")
    return ", ".join(words)


def _fpga(result):
    if "mhz" not in result:
        clock = "not placed"
    elif result["mhz"] is None:
        clock = "not known: the design is larger than the part"
    else:
        seeds = ", ".join(f"{mhz:.2f}" for mhz in result["mhz_of_seeds"])
        clock = f"{result['mhz']:>8.2f} MHz, the median of {seeds}; UltraPlus 5K, placed and routed"
    return "\n".join([f"{_title(result)}, on {result['fpga']}",
                      f"LUTs      {result['luts']:>8}",
                      f"registers {result['registers']:>8}",
                      f"DSPs      {result['dsps']:>8}",
                      f"carry     {result['carry_cells']:>8}",
                      f"clock     {clock}",
                      "cells: " + ", ".join(f"{name} {number}"
                                            for name, number in sorted(result["cells"].items())),
                      "; ".join(result["tools"].values())])
