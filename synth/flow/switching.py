# SPDX-License-Identifier: Apache-2.0
"""How often each net of a mapped processing element changes: the netlist, with delays, in Icarus, given
what elements of an RTL array beside it are given, its outputs compared with theirs in every cycle."""
import json
import pathlib
import re

from . import Failed, cache as cache_of, designs, stimulus, tools

ARRIVAL_PS = 300  # inputs come from a neighbour's register
_SOURCES = [pathlib.Path(__file__).with_name(f"{name}.py")  # that words, delays and bench come from
            for name in ("switching", "stimulus", "energy", "tables")]


def spread(recording, design):
    """[(row of elements, place among the columns that are simulated)] of the elements that are measured,
    four at most."""
    count = recording.rows // design.group
    rows = [0, count // 2, count // 4, 3 * count // 4]
    return [(row, place) for place, row in zip(range(len(recording.columns())), rows)]


def count(mapper, design, network, recording):
    """{"cycles", "beats", "elements", "changes": {(instance, pin): (all, settled)}} over all elements
    together; `settled` leaves out what comes and goes within a cycle. Inputs are under the instance ""."""
    key = cache_of.digest("switching", mapper.tools_key, tools.version("iverilog"), network.key,
                          recording.hash, design.parameters,
                          [path.read_text(encoding="utf-8") for path in _SOURCES + design.files()])
    folder = mapper.store.folder_of(key, lambda work: _simulate(
        mapper, design, network, recording, work))
    document = json.loads((folder / "changes.json").read_text(encoding="utf-8"))
    document["changes"] = {(instance, pin): (all_, settled)
                           for instance, pin, all_, settled in document["changes"]}
    return document


def _model(library, name):
    """The cell's model with a delay and counters at each output."""
    text = library.model(name)
    outputs = list(library.cells[name].outputs)
    parameters = "".join(f"  parameter {pin}_rise = 0, {pin}_fall = 0;\n" for pin in outputs)
    for pin in outputs:
        text = text.replace(f"  assign {pin} = ", f"  assign #({pin}_rise, {pin}_fall) {pin} = ")
    counters = "".join(_counter(pin) for pin in outputs)
    head, rest = text.split("\n", 1)
    return f"{head}\n  parameter id = 0;\n{parameters}{rest.replace('endmodule', counters + 'endmodule')}"


def _counter(pin):
    return f"""  integer {pin}_all = 0, {pin}_settled = 0;
  reg {pin}_last;
  always @({pin}) if (bench.counting) {pin}_all = {pin}_all + 1;
  always @(bench.sample) begin
    if (bench.counting && {pin} !== {pin}_last) {pin}_settled = {pin}_settled + 1;
    {pin}_last = {pin};
  end
  always @(bench.report) $display("%0d {pin} %0d %0d", id, {pin}_all, {pin}_settled);
"""


def _netlist(design, network, delays):
    """The netlist as `pe_mapped`, each instance with its number and delays (in ps), each bit of an
    input with a counter."""
    numbers = {name: i for i, (_, name, _) in enumerate(network.cells)}

    def numbered(match):
        kind, name = match.group(1), match.group(2)
        settings = [f".id({numbers[name.strip().lstrip(chr(92))]})"]
        for pin, (rise, fall) in delays[name.strip().lstrip("\\")].items():
            settings += [f".{pin}_rise({rise})", f".{pin}_fall({fall})"]
        return f"  {kind} #({', '.join(settings)}) {name} ("

    text = re.sub(r"^  (\w+) (\\\S+ |\w+) \($", lambda match: numbered(match)
                  if match.group(1) in network.library.cells else match.group(0),
                  network.text, flags=re.M)
    text = text.replace(f"module {design.top}(", "module pe_mapped(", 1)
    inputs = []
    for port, width, _ in design.ports():
        for i in range(width):
            bit = f"{port}[{i}]" if width > 1 else port
            probe = f"  pe_input #(.id({len(network.cells) + len(inputs)})) probe_{port}_{i} (.net({bit}));\n"
            inputs.append((bit, probe))
    text = re.sub(r"^endmodule", "".join(probe for _, probe in inputs) + "endmodule", text, flags=re.M)
    return text, [name for _, name, _ in network.cells], [bit for bit, _ in inputs]


def _bench(design, recording, words, clock_ps):
    array = stimulus.array(recording, design)
    ports = array.ports()
    wide = sum(width for _, width, _ in ports)
    parameters = ", ".join(f".{name}({value})" for name, value in array.parameters.items())
    named = ", ".join(f".{name}({name})" for name, _, _ in ports)
    elements, pairs = [], []
    for i, (r, c) in enumerate(spread(recording, design)):
        home = f"rtl.gen_row[{r}].gen_col[{c}]"
        for port, width, _ in design.ports():
            source = port if port == "en_i" else f"{home}.u_pe.{port}"
            elements.append(f"  wire [{width - 1}:0] #{ARRIVAL_PS} e{i}_{port} = {source};")
        for port, width in design.outputs():
            elements.append(f"  wire [{width - 1}:0] e{i}_{port};")
            pairs.append((f"{home}.u_pe.{port}", f"e{i}_{port}"))
        pins = ", ".join(f".{port}(e{i}_{port})" for port, *_ in design.ports() + design.outputs())
        elements.append(f"  pe_mapped e{i} (.clk_i(clk), {pins});")
    theirs, mine = (", ".join(names) for names in zip(*pairs))
    settle = settle_cycles(recording, design)
    return f"""// Written by sumac-synth.
`timescale 1ps / 1ps
module bench;
  reg clk = 0, counting = 0;
  event sample, report;
  reg [{wide - 1}:0] words [0:{len(words) - 1}];
  reg [{wide - 1}:0] now;
{chr(10).join(f"  wire [{width - 1}:0] {name};" for name, width, _ in ports)}
  integer cycle;
  assign {{{', '.join(name for name, _, _ in ports)}}} = now;
  {array.top} #({parameters}) rtl (.clk_i(clk), {named}, .sum_o());
{chr(10).join(elements)}
  initial begin
    $readmemh("words.hex", words);
    now = words[0];
    for (cycle = 0; cycle < {len(words)}; cycle = cycle + 1) begin
      #{clock_ps - clock_ps // 2 - 1} -> sample;
      if (cycle >= {settle} && ({{{theirs}}} !== {{{mine}}} || (^{{{mine}}}) === 1'bx)) begin
        $display("DIFFERENT in cycle %0d: the RTL gives %h, the netlist %h", cycle,
                 {{{theirs}}}, {{{mine}}});
        $finish;
      end
      #1 clk = 1;
      now <= words[cycle + 1 < {len(words)} ? cycle + 1 : cycle];
      counting = cycle >= {settle} && cycle < {len(words) - 1};
      #{clock_ps // 2} clk = 0;
    end
    -> report;
    #1 $display("DONE");
    $finish;
  end
endmodule
module pe_input (input net);
  parameter id = 0;
{_counter('net')}endmodule
"""


def settle_cycles(recording, design):
    """Cycles until every element works on weights and sums of this recording."""
    cycles = recording.taken(design)
    swap = next((i for i, cycle in enumerate(cycles) if cycle["swap_i"] & 1), len(cycles))
    elements = recording.rows // design.group  # that a sum goes through
    return swap + elements * design.add_depth + len(recording.columns()) + 8


def _simulate(mapper, design, network, recording, folder):
    words = recording.words(design)
    settle = settle_cycles(recording, design)
    if len(words) < settle + 24:
        raise Failed(f"{recording.path} has {len(words)} cycles, and its tile works from cycle {settle}"
                     " on: record a tile with more rows.")
    digits = (sum(width for _, width, _ in stimulus.array(recording, design).ports()) + 3) // 4
    (folder / "words.hex").write_text("".join(f"{word:0{digits}x}\n" for word in words), "ascii")
    text, names, inputs = _netlist(design, network, network.delays_ps())
    (folder / "net.v").write_text("`timescale 1ps / 1ps\n" + text, encoding="utf-8")
    (folder / "cells.v").write_text("`timescale 1ps / 1ps\n" + "".join(
        _model(mapper.library, kind) for kind in sorted({kind for kind, _, _ in network.cells})),
        encoding="utf-8")
    (folder / "bench.sv").write_text(_bench(design, recording, words, round(1000 * network.clock_ns)),
                                     encoding="utf-8")
    tools.run(["iverilog", "-g2012", "-DSYNTHESIS", f"-I{designs.RTL}", "-s", "bench", "-o",
               "bench.vvp", "bench.sv", "net.v", "cells.v",
               *map(str, stimulus.array(recording, design).files())], folder, "compile.log")
    lines = tools.run(["vvp", "-n", "bench.vvp"], folder, "run.log").split("\n")
    if lines[-2:] != ["DONE", ""]:
        raise Failed(f"the netlist and the RTL differ on {recording.path}: {(lines + [''])[0]}")
    changes = {}
    for number, pin, all_, settled in map(str.split, lines[:-2]):
        number = int(number)
        at = (names[number], pin) if number < len(names) else ("", inputs[number - len(names)])
        before = changes.get(at, (0, 0))
        changes[at] = (before[0] + int(all_), before[1] + int(settled))
    elements, cycles = spread(recording, design), recording.taken(design)
    beats = sum(cycles[cycle - 2 - r * design.add_depth - c]["beat"]
                for r, c in elements for cycle in range(settle + 1, len(words)))
    (folder / "changes.json").write_text(json.dumps({
        "cycles": (len(words) - 1 - settle) * len(elements), "beats": beats, "elements": [
            (r, recording.columns()[place]) for r, place in elements],
        "changes": [[*at, *counts] for at, counts in changes.items()]}), encoding="utf-8")
    for name in ("bench.vvp", "words.hex"):
        (folder / name).unlink()
