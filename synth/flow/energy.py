# SPDX-License-Identifier: Apache-2.0
"""Energy of a mapped processing element on recorded operands: changes of its nets times what a change
costs by the Liberty file."""
import re

from . import cache, switching, tables
from .liberty import parse_function, variables
from .netlist import PIN, Netlist, single_bits

CLOCK_SLEW_NS = 0.06  # an ideal clock's edges, as sharp as the library's tables know
INPUT_SLEW_NS = 0.18  # a middling one, at inputs
_PRODUCT = re.compile(r"^(u_add\.b_i|u_sum\.products_i|(.*\.)?product_[oq])")  # one register, by any name
PARTS = ("product", "adder", "other logic", "registers", "clock", "leakage")


class Network:
    """The nets of a flat netlist: who drives them, what they carry, how fast their edges are."""

    def __init__(self, text, design, library, values, clock_ns):
        self.text, self.design, self.library, self.values = text, design, library, values
        self.clock_ns = clock_ns
        (self.cells,) = Netlist(text, library).modules.values()
        whole = re.sub(r"^  assign (\w+) = \{", r"  assign { \1 } = {", text, flags=re.M)
        alias = {_bit(to): _bit(of) for to, of in re.findall(
            r"^  assign (.*?) = (.*?);$", single_bits(whole), re.M)}

        def net_of(name):
            name = _bit(name)
            while name in alias:
                name = alias[name]
            return name

        self.key = cache.digest(text, clock_ns)
        self.names = {}  # net: what else it is called
        for name in alias:
            self.names.setdefault(net_of(name), []).append(name)
        self.pins = {name: {pin: net_of(net) for pin, net in PIN.findall(pins)}
                     for _, name, pins in self.cells}
        self.kinds = {name: kind for kind, name, _ in self.cells}
        self.driver, self.load = {}, {}
        for name, pins in self.pins.items():
            cell = library.cells[self.kinds[name]]
            for pin, net in pins.items():
                if pin in cell.outputs:
                    self.driver[net] = (name, pin)
                else:
                    self.load[net] = self.load.get(net, 0.0) + cell.inputs[pin]
        own = dict(self.load)
        for port, width in design.outputs():  # each drives the next element's input of that name
            beyond = "psum_i" if port == "sum_o" else port[:-2] + "_i"
            for i in range(width):
                bit = f"[{i}]" if width > 1 else ""
                net = net_of(port + bit)
                self.names.setdefault(net, []).append(port + bit)
                self.load[net] = self.load.get(net, 0.0) + own.get(net_of(beyond + bit), 0.0)
        self.slew = {}
        for _ in range(2):  # the first time with a middling slew at every input
            self.slew = {net: self._mean(name, pin, tables.SLEWS)
                         for net, (name, pin) in self.driver.items()}

    def slew_of(self, name):
        """The slews at the pins of an instance, in the library's unit."""
        clock = self.clock_pin(name)

        def slew(pin):
            if pin == clock:
                return CLOCK_SLEW_NS / self.library.time_ns
            return self.slew.get(self.pins[name][pin], INPUT_SLEW_NS / self.library.time_ns)
        return slew

    def clock_pin(self, name):
        """The pin that clocks an instance, or None."""
        state = self.library.cells[self.kinds[name]].state
        return state and next(iter(variables(parse_function(state[2]["clocked_on"]))))

    def outputs(self, name):
        return self.library.cells[self.kinds[name]].outputs

    def load_of(self, name, pin):
        return self.load.get(self.pins[name][pin], 0.0)

    def _mean(self, name, pin, names):
        return self._pin(name, pin).mean(names, self.load_of(name, pin), self.slew_of(name))

    def _pin(self, name, pin):
        return self.values.cells[self.kinds[name]][1][pin]

    def delays_ps(self):
        """{instance: {output: (rise, fall)}}, the middle over the inputs."""
        scale = 1000 * self.library.time_ns
        return {name: {pin: tuple(max(1, round(scale * self._mean(name, pin, (delay,))))
                                  for delay in tables.DELAYS) for pin in self.outputs(name)}
                for name in self.pins}

    # ---- What it costs, in J ----
    def net_energy(self, name, pin):
        """One change of the net at this output: half of C V^2."""
        return 0.5 * self.load_of(name, pin) * self.values.farads * self.values.volts ** 2

    def cell_energy(self, name, pin, weight_of):
        """One change of a pin, within its cell."""
        found = self._pin(name, pin)
        if not found.energies:
            return 0.0
        return found.energy(self.load_of(name, pin), self.slew_of(name), weight_of) * self.values.joules

    def clock_energy(self, name):
        """A cycle of an instance's clock pin: two changes."""
        pin = self.clock_pin(name)
        half = 0.5 * self.library.cells[self.kinds[name]].inputs[pin]
        return 2 * (half * self.values.farads * self.values.volts ** 2
                    + self.cell_energy(name, pin, lambda _: 1))

    def leakage(self):
        return sum(self.values.cells[kind][0] for kind in self.kinds.values()) * self.clock_ns * 1e-9

    # ---- Which part a cell belongs to ----
    def parts(self):
        """{instance: part}: logic is of the product or the adder where all that it leads to is that part's
        register (or output), without a register between."""
        reached = {}
        ends = [(pins[pin], self._part_of_register(pins)) for name, pins in self.pins.items()
                if self.clock_pin(name) for pin in pins
                if pin not in self.outputs(name) and pin != self.clock_pin(name)]
        ends += [(net, _part_of_net([net] + self.names.get(net, []))) for net in self.driver
                 if any(_is_port(other, self.design) for other in [net] + self.names.get(net, []))]
        for net, part in ends:
            waiting = [net]
            while waiting:
                name, _ = self.driver.get(waiting.pop(), (None, None))
                if name is None or self.clock_pin(name) or part in reached.setdefault(name, set()):
                    continue
                reached[name].add(part)
                waiting += [other for pin, other in self.pins[name].items()
                            if pin not in self.outputs(name)]
        return {name: "registers" if self.clock_pin(name) else
                min(reached[name]) if len(reached.get(name, ())) == 1 else "other logic"
                for name in self.pins}

    def _part_of_register(self, pins):
        nets = [net for net in pins.values() if self.driver.get(net, (None,))[0] is not None
                and self.pins[self.driver[net][0]] is pins]
        return _part_of_net(nets + [other for net in nets for other in self.names.get(net, [])])


def _bit(text):
    return re.sub(r"\s+\[", "[", text.strip().lstrip("\\")).strip()


def _is_port(name, design):
    return name.split("[")[0] in (port for port, _ in design.outputs())


def _part_of_net(names):
    if any(_PRODUCT.search(name) for name in names):
        return "product"
    return "adder" if any(name.startswith(("u_add.", "u_sum.", "sum_o")) for name in names) else "other logic"


def measure(mapper, design, mapped, clock_ns, recording):
    """The energies of the netlist in `mapped` on a recording, as a dictionary."""
    text = (mapped / "mapped.v").read_text(encoding="utf-8")
    network = Network(text, design, mapper.library, tables.Tables(mapper.library), clock_ns)
    counted = switching.count(mapper, design, network, recording)
    whole, settled = (total(network, {at: counts[i] / counted["cycles"]
                                      for at, counts in counted["changes"].items()}) for i in (0, 1))
    idle = sum(whole[part] for part in ("clock", "leakage"))
    cycle, share = sum(whole.values()), counted["beats"] / counted["cycles"]
    return {
        "trace": recording.path.name, "trace_sha256": recording.hash, "array": f"{recording.rows}x{recording.cols}",
        "elements": counted["elements"], "cycles": counted["cycles"], "macs": counted["beats"] * design.group,
        "pj_per_cycle": 1e12 * cycle, "pj_per_idle_cycle": 1e12 * idle,
        "pj_per_mac": 1e12 * (cycle - idle * (1 - share)) / (share * design.group),
        "pj_per_cycle_settled": 1e12 * sum(settled.values()),
        "parts_pj_per_cycle": {part: 1e12 * value for part, value in whole.items()},
    }


def total(network, rates):
    """{part: J a cycle}, of changes a cycle at (instance, output pin); inputs are at ("", name)."""
    rate = {network.pins[name][pin]: value for (name, pin), value in rates.items() if name}
    rate.update({net: value for (name, net), value in rates.items() if not name})
    found = dict.fromkeys(PARTS, 0.0)
    for name, part in network.parts().items():
        pins, clock = network.pins[name], network.clock_pin(name)
        for pin, net in pins.items():
            if pin == clock:
                found["clock"] += network.clock_energy(name)
                continue
            cost = network.cell_energy(name, pin, lambda related: rate.get(pins[related], 0.0)
                                       if related != clock else 1.0)
            if pin in network.outputs(name):
                cost += network.net_energy(name, pin)
            found[part] += cost * rate.get(net, 0.0)
    found["leakage"] = network.leakage()
    return found
