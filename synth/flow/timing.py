# SPDX-License-Identifier: Apache-2.0
"""Timing and power of a mapped netlist, by OpenSTA."""
import json
import re

from . import Failed, cache as cache_of, designs, tools

ACTIVITY = 0.1  # transitions of an input in a clock period, for the power figure


def analyse(mapper, design, mapped, clock_ns):
    """{"slack_ns", "period_ns", "start", "end", "stages", "power_w"} of the netlist in `mapped`.

    One clock, ideal; data inputs arrive with its edge from a middling inverter, outputs are due at
    the next edge and drive four NAND inputs. The enable comes from nowhere, without delay, as a
    buffer tree made in layout would bring it. A register's path scales with nothing, so the least
    period is the clock less the slack.
    """
    key = cache_of.digest("time", mapper.tools_key, tools.version("sta"), mapped.name, clock_ns,
                          design.clocked)
    folder = mapper.store.folder_of(key, lambda work: _analyse(mapper, design, mapped, clock_ns,
                                                               work))
    return json.loads((folder / "timing.json").read_text(encoding="utf-8"))


def _analyse(mapper, design, mapped, clock_ns, folder):
    library = mapper.library
    unit = library.time_ns
    driver = library.driver().name
    load = mapper.load_ff() / library.capacitance_ff
    port = f" [get_ports {designs.CLOCK}]" if design.clocked else ""
    data = [name for name, _, _ in design.ports() if name != designs.ENABLE]
    (folder / "timing.tcl").write_text(f"""read_liberty {{{mapper.library_path}}}
read_verilog {{{mapped / 'mapped.v'}}}
link_design {design.top}
create_clock -name clock -period {clock_ns / unit:.6f}{port}
foreach input {{{' '.join(name for name, _, _ in design.ports())}}} {{
  set_input_delay 0 -clock clock [get_ports "$input*"]
}}
foreach input {{{' '.join(data)}}} {{
  set_driving_cell -lib_cell {driver} [get_ports "$input*"]
}}
set_output_delay 0 -clock clock [all_outputs]
set_load {load:.6f} [all_outputs]
report_checks -path_delay max -digits 4
set_power_activity -input -activity {ACTIVITY} -duty 0.5
report_power -digits 9
""", encoding="utf-8")
    text = tools.run(["sta", "-no_splash", "-exit", "timing.tcl"], folder, "timing.log")
    start = re.search(r"^Startpoint: (\S+)", text, re.M)
    end = re.search(r"^Endpoint: (\S+)", text, re.M)
    slack = re.search(r"^\s*(-?[\d.]+)\s+slack", text, re.M)
    power = re.search(r"^Total +(\S+) +(\S+) +(\S+) +(\S+)", text, re.M)
    errors = re.search(r"^(Error.*)$", text, re.M)
    if errors or not (start and end and slack and power):
        raise Failed("OpenSTA found no path: "
                     + (errors.group(1) if errors else "its log has no report of one."))
    stages = len(re.findall(r"^ +-?[\d.]+ +-?[\d.]+ [v^] \S+/\S+ \(", text, re.M)) - (
        1 if "/" in end.group(1) or re.match(r"_\d+_$", end.group(1)) else 0)
    slack_ns = float(slack.group(1)) * unit
    (folder / "timing.json").write_text(json.dumps({
        "slack_ns": round(slack_ns, 4),
        "period_ns": round(clock_ns - slack_ns, 4),
        "start": start.group(1),
        "end": end.group(1),
        "stages": stages,
        "power_w": dict(zip(("internal", "switching", "leakage", "total"),
                            map(float, power.groups()))),
    }), encoding="utf-8")
