# SPDX-License-Identifier: Apache-2.0
"""What energies need of a Liberty file: supply, leakage, and the tables of delay, transition and
internal energy. Tables are looked up linearly, and held at their ends."""
import bisect
import re

from . import Wrong
from .liberty import _TOKEN

DELAYS = ("cell_rise", "cell_fall")
SLEWS = ("rise_transition", "fall_transition")
ENERGIES = ("rise_power", "fall_power")


def _groups(text):
    """The file as one group: (name, arguments, attributes, groups in it)."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
    tokens = [(m.group(1), True) if m.group(1) is not None else (m.group(2) or m.group(3), False)
              for m in _TOKEN.finditer(text)]
    root = ("", [], {}, [])
    stack, at = [root], 0
    while at < len(tokens):
        word, quoted = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ("", False)
        at += 1
        if (word, quoted) == ("}", False):
            stack.pop()
        elif following == (":", False):
            value = []
            at += 1
            while tokens[at] not in ((";", False), ("}", False)):
                value.append(tokens[at][0])
                at += 1
            stack[-1][2][word] = " ".join(value)
        elif following == ("(", False):
            end = tokens.index((")", False), at)
            arguments = [text for text, _ in tokens[at + 1:end] if text != ","]
            at = end + 1
            if tokens[at:at + 1] == [("{", False)]:
                at += 1
                group = (word, arguments, {}, [])
                stack[-1][3].append(group)
                stack.append(group)
            else:
                stack[-1][2][word] = arguments
    return root


def _numbers(texts):
    return [float(word) for text in texts for word in text.replace(",", " ").split()]


def _span(axis, at):
    """(index, share) of a place between two entries of an axis."""
    i = min(max(bisect.bisect_right(axis, at) - 1, 0), len(axis) - 2)
    return i, min(max((at - axis[i]) / (axis[i + 1] - axis[i]), 0.0), 1.0)


class Table:
    """values over load and slew, or over slew alone."""

    def __init__(self, group, template):
        attributes = group[2]
        names = [template.get(f"variable_{i}") for i in (1, 2)]
        axes = [_numbers(attributes.get(f"index_{i}") or template.get(f"index_{i}") or [])
                for i in (1, 2)]
        self.values = _numbers(attributes["values"])
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
        for group in pin[3]:
            if group[0] != kind:
                continue
            tables = {one[0]: Table(one, templates[one[1][0]] if one[1][:1] != ["scalar"] else {})
                      for one in group[3] if one[0] in names}
            if len(tables) == len(names):
                arcs.append((group[2].get("related_pin", pin[1][0]), tables))
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

    def __init__(self, path):
        library = next(group for group in _groups(path.read_text(encoding="latin-1"))[3]
                       if group[0] == "library")
        attributes = library[2]
        self.volts = float(attributes.get("nom_voltage", "nan"))
        if not self.volts > 0:
            raise Wrong(f"{path} does not tell its supply (nom_voltage), which energies need.")
        unit = re.fullmatch(r"(\d*)\s*([munp]?)W", attributes.get("leakage_power_unit", "1nW"))
        watts = float(unit.group(1) or 1) * {"m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12,
                                             "": 1.0}[unit.group(2)]
        size, farad = attributes.get("capacitive_load_unit", ("1", "pf"))
        self.farads = float(size) * {"pf": 1e-12, "ff": 1e-15}[farad.lower()]
        self.joules = self.farads * {"1V": 1.0, "1mV": 1e-6}[attributes.get("voltage_unit", "1V")]
        templates = {group[1][0]: group[2] for group in library[3] if group[1]
                     and group[0] in ("lu_table_template", "power_lut_template")}
        self.cells = {
            group[1][0]: (float(group[2].get("cell_leakage_power", 0)) * watts,
                          {pin[1][0]: Pin(pin, templates) for pin in group[3] if pin[0] == "pin"})
            for group in library[3] if group[0] == "cell"}
        if not any(pin.energies for _, pins in self.cells.values() for pin in pins.values()):
            raise Wrong(f"{path} has no power tables (internal_power), which energies need.")
