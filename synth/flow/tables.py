# SPDX-License-Identifier: Apache-2.0
"""What energies need of a Liberty file: supply, leakage, and the tables of delay, transition and
internal energy. Tables are looked up linearly, and held at their ends."""
import bisect
import re

from . import Wrong
from .liberty import Group

DELAYS = ("cell_rise", "cell_fall")
SLEWS = ("rise_transition", "fall_transition")
ENERGIES = ("rise_power", "fall_power")


def _numbers(texts):
    return [float(word) for text in texts for word in text.replace(",", " ").split()]


def _span(axis, at):
    """(index, share) of a place between two entries of an axis."""
    i = min(max(bisect.bisect_right(axis, at) - 1, 0), len(axis) - 2)
    return i, min(max((at - axis[i]) / (axis[i + 1] - axis[i]), 0.0), 1.0)


class Table:
    """values over load and slew, or over slew alone."""

    def __init__(self, group, template):
        names = [template.values.get(f"variable_{i}") for i in (1, 2)]
        axes = [_numbers(group.lists.get(f"index_{i}") or template.lists.get(f"index_{i}") or [])
                for i in (1, 2)]
        self.values = _numbers(group.lists["values"])
        self.axes = [(name, axis) for name, axis in zip(names, axes) if name]

    def at(self, load, slew):
        place = [(_span(axis, load if "capacitance" in name else slew), len(axis))
                 for name, axis in self.axes if len(axis) > 1]
        rows = [(0, 1.0)]
        for (i, share), size in place:
            rows = [(row * size + i + step, weight * part) for row, weight in rows
                    for step, part in ((0, 1.0 - share), (1, share)) if part]
        return sum(self.values[row] * weight for row, weight in rows)


class Pin:
    """Its arcs: [(related pin, {table's name: Table})]; an energy of the pin alone is related to itself."""

    def __init__(self, group, templates):
        self.timing = self._arcs(group, "timing", DELAYS + SLEWS, templates)
        self.energies = self._arcs(group, "internal_power", ENERGIES, templates)

    @staticmethod
    def _arcs(pin, kind, names, templates):
        arcs = []
        for group in pin.groups:
            if group.kind != kind:
                continue
            tables = {one.kind: Table(one, templates[one.name]) for one in group.groups if one.kind in names}
            if len(tables) == len(names):
                arcs.append((group.values.get("related_pin", pin.name), tables))
        return arcs

    def mean(self, names, load, slew_of):
        """The middle over all arcs of the tables of these names."""
        found = [tables[name].at(load, slew_of(related)) for related, tables in self.timing
                 for name in names]
        return sum(found) / len(found)

    def energy(self, load, slew_of, weight_of):
        """Of one change of the pin, in the library's unit: the middle of rise and fall, over the arcs by
        their related pins' weights."""
        weights = [weight_of(related) for related, _ in self.energies]
        whole = sum(weights)
        total = 0.0
        for (related, tables), weight in zip(self.energies, weights):
            each = sum(tables[name].at(load, slew_of(related)) for name in ENERGIES) / 2
            total += each * (weight / whole if whole else 1 / len(weights))
        return total


class Tables:
    """cells: {name: (leakage in W, {pin: Pin})}; a table's energy times `joules` is in joules."""

    def __init__(self, library):
        path = library.path
        root = next(group for group in library.root.groups if group.kind == "library")
        self.volts = float(root.values.get("nom_voltage", "nan"))
        if not self.volts > 0:
            raise Wrong(f"{path} does not tell its supply (nom_voltage), which energies need.")
        unit = re.fullmatch(r"(\d*)\s*([munp]?)W", root.values.get("leakage_power_unit", "1nW"))
        watts = float(unit.group(1) or 1) * {"m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12,
                                             "": 1.0}[unit.group(2)]
        self.farads = library.capacitance_ff / 1000 * 1e-12
        self.joules = self.farads * {"1V": 1.0, "1mV": 1e-6}[root.values.get("voltage_unit", "1V")]
        templates = {"scalar": Group("scalar", [])} | {
            group.name: group for group in root.groups
            if group.kind in ("lu_table_template", "power_lut_template")}
        self.cells = {
            cell.name: (float(cell.values.get("cell_leakage_power", 0)) * watts,
                        {pin.name: Pin(pin, templates) for pin in cell.groups if pin.kind == "pin"})
            for cell in root.groups if cell.kind == "cell"}
        if not any(pin.energies for _, pins in self.cells.values() for pin in pins.values()):
            raise Wrong(f"{path} has no power tables (internal_power), which energies need.")
