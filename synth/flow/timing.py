# SPDX-License-Identifier: Apache-2.0
"""Timing and power of a mapped netlist, by OpenSTA."""
import json
import re

from . import Failed, cache as cache_of, designs, tools

ACTIVITY = 0.1  # transitions of an input in a clock period, for the power figure


REFERENCE_NS = 10.0  # the clock at which slacks are read


def analyse(mapper, design, mapped):
    """{"period_ns", "start", "end", "stages"} of the netlist in `mapped`.

    One clock, ideal; data inputs arrive with its edge from a middling inverter, outputs are due at
    the next edge and drive four NAND inputs. The enable comes from nowhere, without delay, as a
    buffer tree made in layout would bring it. Every path takes a whole cycle, so the least period is
    any clock less its slack.
    """
    key = cache_of.digest("time", mapper.tools_key, tools.version("sta"), mapped.name, design.clocked)
    folder = mapper.store.folder_of(key, lambda work: _analyse(mapper, design, mapped, work))
    return json.loads((folder / "timing.json").read_text(encoding="utf-8"))


def power(mapper, design, mapped, clock_ns):
    """{"internal", "switching", "leakage", "total"} in W at this clock, or None: Debian's OpenSTA
    crashes in its power report on some netlists."""
    key = cache_of.digest("power", mapper.tools_key, tools.version("sta"), mapped.name, clock_ns,
                          design.clocked)
    folder = mapper.store.folder_of(key, lambda work: _power(mapper, design, mapped, clock_ns, work))
    return json.loads((folder / "power.json").read_text(encoding="utf-8"))


def _power(mapper, design, mapped, clock_ns, folder):
    try:
        text = _ask(mapper, design, mapped, clock_ns, folder, "power",
                    f"set_power_activity -input -activity {ACTIVITY} -duty 0.5\n"
                    "report_power -digits 9\n")
        total = re.search(r"^Total +(\S+) +(\S+) +(\S+) +(\S+)", text, re.M)
    except Failed:
        total = None
    values = total and dict(zip(("internal", "switching", "leakage", "total"),
                                map(float, total.groups())))
    (folder / "power.json").write_text(json.dumps(values), encoding="utf-8")


def _ask(mapper, design, mapped, clock_ns, folder, name, report):
    """OpenSTA's answer to a report of the netlist under the constraints that analyse tells."""
    library = mapper.library
    unit = library.time_ns
    driver = library.driver().name
    load = mapper.load_ff() / library.capacitance_ff
    source = f" [get_ports {designs.CLOCK}]" if design.clocked else ""
    data = [port for port, _, _ in design.ports() if port != designs.ENABLE]
    (folder / f"{name}.tcl").write_text(f"""read_liberty {{{mapper.library_path}}}
read_verilog {{{mapped / 'mapped.v'}}}
link_design {design.top}
create_clock -name clock -period {clock_ns / unit:.6f}{source}
foreach input {{{' '.join(port for port, _, _ in design.ports())}}} {{
  set_input_delay 0 -clock clock [get_ports "$input*"]
}}
foreach input {{{' '.join(data)}}} {{
  set_driving_cell -lib_cell {driver} [get_ports "$input*"]
}}
set_output_delay 0 -clock clock [all_outputs]
set_load {load:.6f} [all_outputs]
""" + report, encoding="utf-8")
    return tools.run(["sta", "-no_splash", "-exit", f"{name}.tcl"], folder, f"{name}.log")


def _analyse(mapper, design, mapped, folder):
    text = _ask(mapper, design, mapped, REFERENCE_NS, folder, "timing",
                "report_checks -path_delay max -digits 4\n")
    start = re.search(r"^Startpoint: (\S+)", text, re.M)
    end = re.search(r"^Endpoint: (\S+)", text, re.M)
    slack = re.search(r"^\s*(-?[\d.]+)\s+slack", text, re.M)
    errors = re.search(r"^(Error.*)$", text, re.M)
    if errors or not (start and end and slack):
        raise Failed("OpenSTA found no path: "
                     + (errors.group(1) if errors else "its log has no report of one."))
    stages = len(re.findall(r"^ +-?[\d.]+ +-?[\d.]+ [v^] \S+/\S+ \(", text, re.M)) - (
        1 if "/" in end.group(1) or re.match(r"_\d+_$", end.group(1)) else 0)
    slack_ns = float(slack.group(1)) * mapper.library.time_ns
    (folder / "timing.json").write_text(json.dumps({
        "period_ns": round(REFERENCE_NS - slack_ns, 4),
        "start": start.group(1),
        "end": end.group(1),
        "stages": stages,
    }), encoding="utf-8")
