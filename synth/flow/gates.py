# SPDX-License-Identifier: Apache-2.0
"""The gate-level check: the mapped netlist, its cells modelled by their Liberty functions, in Icarus
Verilog: on random words beside the RTL, whose words it must give in every cycle, or on the words of a
recorded tile, where it must give those that the array gave."""
import pathlib
import random
import re
import shutil
import tempfile

from . import Failed, Wrong, designs, stimulus, tools
from .netlist import Netlist

SETTLE = 8  # cycles for the first words, besides the pipeline's own length


def _word(source, width):
    """Mostly numbers of like magnitude, for the adder to cancel; also special and any words."""
    kind = source.random()
    word = source.getrandbits(width)
    if width < 12 or kind < 0.25:
        return word
    if kind < 0.35:  # zeros, infinities, NaNs and their neighbours
        top = source.choice((0, 0, 1, 254, 255))
        low = source.choice((0, 1, (1 << (width - 9)) - 1, word & ((1 << (width - 9)) - 1)))
    else:
        top = 127 + source.randint(-3, 3)
        low = word & ((1 << (width - 9)) - 1)
        if kind < 0.6:  # few bits set, or few clear
            low = (1 << source.randrange(width - 9)) ^ (-(kind < 0.45) & ((1 << (width - 9)) - 1))
    return (word >> (width - 1)) << (width - 1) | (top << (width - 9) | low) & ((1 << (width - 1)) - 1)


def vectors(design, count, seed):
    """The words of each cycle, one integer each: the inputs one behind the other, the first on top."""
    source = random.Random(seed)
    rows, cols = design.shape or (1, 1)
    settle = SETTLE + (rows * (design.add_depth or 0) + cols + max(rows, design.group))
    always = {"en_i", "swap_i", "load_i"}
    lines = []
    for cycle in range(settle + count):
        line = 0
        for name, width, lane in design.ports():
            if name in always:
                value = (1 << width) - 1 if cycle < settle else sum(
                    (source.random() < (0.9 if name == "en_i" else 0.3)) << i for i in range(width))
            else:
                value = 0
                for _ in range(width // lane):
                    value = value << lane | _word(source, lane)
            line = line << width | value
        lines.append(line)
    return settle, lines


def _bench(design, settle, cycles, recorded):
    """The netlist's outputs are compared with what is due: the RTL's or, where `recorded`, those of
    due.hex, whose unknown bits stand for any."""
    ports, outputs = design.ports(), design.outputs()
    wide = sum(width for _, width, _ in ports)
    parameters = ", ".join(f".{name}({value})" for name, value in design.parameters.items())
    clock = ".clk_i(clk), " if design.clocked else ""
    inputs = ", ".join(f".{name}({name})" for name, _, _ in ports)
    pairs = {which: ", ".join(f".{name}({which}_{name})" for name, _ in outputs)
             for which in ("due", "net")}
    declare = "\n".join(f"  wire [{width - 1}:0] due_{name}, net_{name};" for name, width in outputs)
    names = {which: "{" + ", ".join(f"{which}_{name}" for name, _ in outputs) + "}"
             for which in ("due", "net")}
    if recorded:
        wide_out = sum(width for _, width in outputs)
        source = "the recording"
        reference = f"""  reg [{wide_out - 1}:0] due [0:{cycles - 1}];
  initial $readmemh("due.hex", due);
  assign {names['due']} = due[cycle];"""
        unknown = ""
    else:
        source = "the RTL"
        reference = f"  {design.top} #({parameters}) rtl ({clock}{inputs}, {pairs['due']});"
        unknown = f"""
        if ((^{names['due']}) === 1'bx) begin
          $display("UNKNOWN in cycle %0d: the RTL gives %h", cycle, {names['due']});
          $finish;
        end"""
    return f"""// Written by sumac-synth.
`timescale 1ns / 1ps
module bench;
  reg clk = 0;
  reg [{wide - 1}:0] words [0:{cycles - 1}];
  reg [{wide - 1}:0] now = 0;
{chr(10).join(f"  wire [{width - 1}:0] {name};" for name, width, _ in ports)}
{declare}
  integer cycle;
  assign {{{', '.join(name for name, _, _ in ports)}}} = now;
{reference}
  {design.top}_mapped net ({clock}{inputs}, {pairs['net']});
  initial begin
    $readmemh("words.hex", words);
    for (cycle = 0; cycle < {cycles}; cycle = cycle + 1) begin
      now = words[cycle];
      #4;
      if (cycle >= {settle}) begin{unknown}
        if (({names['net']} ==? {names['due']}) !== 1'b1) begin
          $display("DIFFERENT in cycle %0d: {source} gives %h, the netlist %h", cycle,
                   {names['due']}, {names['net']});
          $finish;
        end
      end
      #1 clk = 1;
      #5 clk = 0;
    end
    $display("EQUAL %0d", {cycles - settle});
    $finish;
  end
endmodule
"""


def check(mapper, design, mapped, count, seed, edit=lambda text: text):
    """The number of random cycles that were equal to the RTL's; raises Failed at the first that is not.
    `edit` may break the netlist's text, to see the check fail."""
    settle, lines = vectors(design, count, seed)
    answer = _simulate(mapper, design, mapped, settle, lines, None, edit)
    if answer != f"EQUAL {count}":
        raise Failed(f"the netlist and the RTL differ ({design.describe()}, seed {seed}): {answer}")
    return count


def check_tile(mapper, design, mapped, recording, edit=lambda text: text):
    """What was compared with the sums of a recording; raises Failed at the first cycle that differs."""
    columns = recording.sums_due()
    words = sum(map(len, columns))
    if not words:
        raise Wrong(f"{recording.name} holds no sum of weights that it shows being loaded:"
                    " record a whole tile.")
    lines = [stimulus.pack(design.ports(), cycle) for cycle in recording.cycles]
    due = ["".join(f"{cycle['sum_o'] >> 32 * c & 0xffffffff:08x}" if c in known else "x" * 8
                   for c in reversed(range(recording.cols)))
           for cycle, known in zip(recording.cycles, columns)]
    answer = _simulate(mapper, design, mapped, 0, lines, due, edit)
    if answer != f"EQUAL {len(lines)}":
        raise Failed(f"the netlist and {recording.path} differ ({design.describe()}): {answer}")
    return {"trace": recording.path.name, "trace_sha256": recording.hash, "cycles": len(lines),
            "cycles_compared": sum(map(bool, columns)), "words_compared": words}


def _simulate(mapper, design, mapped, settle, lines, due, edit):
    """What the bench says of the cycles of `lines`: the RTL's outputs are due or, where given, `due`'s."""
    text = (pathlib.Path(mapped) / "mapped.v").read_text(encoding="utf-8")
    netlist = Netlist(text, mapper.library)
    for name in netlist.modules:  # the RTL keeps its names
        text = re.sub(rf"^(module |  ){re.escape(name)}( ?\(| _| \\| \w)", rf"\1{name}_mapped\2", text,
                      flags=re.M)
    digits = (sum(width for _, width, _ in design.ports()) + 3) // 4
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sumac-gates-"))
    try:
        (folder / "net.v").write_text(edit(text), encoding="utf-8")
        (folder / "cells.v").write_text("".join(
            mapper.library.model(name) for name in sorted(netlist.cells(design.top))),
            encoding="utf-8")
        (folder / "words.hex").write_text("".join(f"{line:0{digits}x}\n" for line in lines),
                                          encoding="ascii")
        if due:
            (folder / "due.hex").write_text("\n".join(due) + "\n", encoding="ascii")
        (folder / "bench.sv").write_text(_bench(design, settle, len(lines), bool(due)),
                                         encoding="utf-8")
        tools.run(["iverilog", "-g2012", "-DSYNTHESIS", f"-I{designs.RTL}", "-s", "bench", "-o",
                   "bench.vvp", "bench.sv", "net.v", "cells.v",
                   *([] if due else map(str, design.files()))], folder, "compile.log")
        return tools.run(["vvp", "-n", "bench.vvp"], folder, "run.log").strip()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
