# SPDX-License-Identifier: Apache-2.0
"""A design's figures: every candidate netlist is mapped and timed, the best is reported with the spread."""
import concurrent.futures

from . import mapping, timing, tools
from .netlist import Netlist


class Candidate:
    def __init__(self, front, script, target_ps):
        self.front, self.script, self.target_ps = front, script, target_ps
        self.folder = self.timing = None
        self.area = self.registers = 0.0

    @property
    def period(self):
        return self.timing["period_ns"]

    def summary(self):
        return {"structure": self.front, "script": self.script, "target_ps": self.target_ps,
                "area": round(self.area, 3), "period_ns": self.period}


def _netlist(mapper, folder):
    return Netlist((folder / "mapped.v").read_text(encoding="utf-8"), mapper.library)


def _measure(mapper, design, candidate):
    candidate.folder = mapper.map(design, candidate.front, candidate.script, candidate.target_ps)
    candidate.timing = timing.analyse(mapper, design, candidate.folder)
    netlist = _netlist(mapper, candidate.folder)
    candidate.area, candidate.registers = netlist.area(netlist.cells(design.top))
    return candidate


def _candidates(mapper, design, clock_ns, scripts, jobs, fronts):
    """Every structure by every script, for nine tenths of the clock asked for (abc's own timing is a
    little too fast, beside OpenSTA's) and as fast as can be."""
    fronts = fronts or mapping.fronts(design, mapper.library, mapper.yosys)
    targets = [max(mapping.TIGHT_PS, round(900 * clock_ns)), mapping.TIGHT_PS]
    candidates = [Candidate(front, script, target)
                  for front in fronts for script in scripts for target in dict.fromkeys(targets)]
    for front in fronts:  # once, before the candidates ask for it side by side
        mapper.elaborate(design, front)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda one: _measure(mapper, design, one), candidates))


def choose(candidates, clock_ns):
    """The smallest that meets the clock; where none does, the fastest."""
    met = [one for one in candidates if one.period <= clock_ns]
    if met:
        return min(met, key=lambda one: (one.area, one.period))
    return min(candidates, key=lambda one: (one.period, one.area))


def synthesize(mapper, design, clock_ns, scripts=tuple(mapping.SCRIPTS), jobs=1, fronts=()):
    """The figures as a dictionary, and the folder of the netlist that they are of."""
    mapped_alone = design.element() if design.kept else design
    candidates = _candidates(mapper, mapped_alone, clock_ns, scripts, jobs, fronts)
    best = choose(candidates, clock_ns)
    fastest = min(candidates, key=lambda one: (one.period, one.area))
    if design.kept:
        best = _measure(mapper, design, Candidate(best.front, best.script, best.target_ps))
    netlist = _netlist(mapper, best.folder)
    cells = netlist.cells(design.top)
    gate = mapper.library.nand2()
    power = timing.power(mapper, design, best.folder, clock_ns)

    parts_folder = mapper.map(mapped_alone, best.front, best.script, best.target_ps,
                              hierarchical=True)
    parts = _netlist(mapper, parts_folder).area_by_module(mapped_alone.top)
    met = [one for one in candidates if one.period <= clock_ns]
    result = {
        "design": design.name, "mul": design.mul, "format": design.format,
        "add_depth": design.add_depth, "accumulator": design.accumulator, "array": design.shape and "x".join(map(str, design.shape)),
        "flat": design.flat, "library": mapper.library.name, "clock_ns": clock_ns,
        "area": round(best.area, 3), "area_registers": round(best.registers, 3),
        "gate": gate.name, "gate_equivalents": round(best.area / gate.area, 1) if gate.area else None,
        "meets_clock": best.period <= clock_ns,
        "min_period_ns": best.period,
        "path": {"start": netlist.name_of(design.top, best.timing["start"]),
                 "end": netlist.name_of(design.top, best.timing["end"]),
                 "stages": best.timing["stages"]},
        "power_mw": power and {name: round(1e3 * value, 6) for name, value in power.items()},
        "input_activity": timing.ACTIVITY,
        "cells": dict(sorted(cells.items())),
        "modules_of": mapped_alone.name,
        "modules": [{"module": name, "instances": times, "area": round(area, 3)}
                    for name, times, area in parts],
        "best": {"structure": best.front, "script": best.script, "target_ps": best.target_ps},
        "fastest": fastest.summary(),
        "spread_of": mapped_alone.name,
        "spread": {"netlists": len(candidates), "meeting_clock": len(met),
                   "area_min": min(one.area for one in met or candidates),
                   "area_max": max(one.area for one in met or candidates),
                   "period_min_ns": min(one.period for one in candidates),
                   "period_max_ns": max(one.period for one in candidates)},
        "candidates": [one.summary() for one in candidates],
        "tools": {"yosys": tools.version(mapper.yosys), "sta": "OpenSTA " + tools.version("sta")},
    }
    return result, best.folder
