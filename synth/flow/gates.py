# SPDX-License-Identifier: Apache-2.0
"""The gate-level check: the mapped netlist, its cells modelled by their Liberty functions, beside the
RTL in Icarus Verilog; on the same random words they must give the same words in every cycle."""
import pathlib
import random
import re
import shutil
import tempfile

from . import Failed, designs, tools
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
    settle = SETTLE + (rows * (design.add_depth or 0) + cols + max(rows, design.group or 0))
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


def _bench(design, settle, cycles):
    ports, outputs = design.ports(), design.outputs()
    wide = sum(width for _, width, _ in ports)
    parameters = ", ".join(f".{name}({value})" for name, value in design.parameters.items())
    clock = ".clk_i(clk), " if design.clocked else ""
    inputs = ", ".join(f".{name}({name})" for name, _, _ in ports)
    pairs = {which: ", ".join(f".{name}({which}_{name})" for name, _ in outputs)
             for which in ("rtl", "net")}
    declare = "\n".join(f"  wire [{width - 1}:0] rtl_{name}, net_{name};" for name, width in outputs)
    names = {which: "{" + ", ".join(f"{which}_{name}" for name, _ in outputs) + "}"
             for which in ("rtl", "net")}
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
  {design.top} #({parameters}) rtl ({clock}{inputs}, {pairs['rtl']});
  {design.top}_mapped net ({clock}{inputs}, {pairs['net']});
  initial begin
    $readmemh("words.hex", words);
    for (cycle = 0; cycle < {cycles}; cycle = cycle + 1) begin
      now = words[cycle];
      #4;
      if (cycle >= {settle}) begin
        if ((^{names['rtl']}) === 1'bx) begin
          $display("UNKNOWN in cycle %0d: the RTL gives %h", cycle, {names['rtl']});
          $finish;
        end
        if ({names['rtl']} !== {names['net']}) begin
          $display("DIFFERENT in cycle %0d: the RTL gives %h, the netlist %h", cycle,
                   {names['rtl']}, {names['net']});
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
    """The number of cycles that were equal; raises Failed at the first that is not. `edit` may break
    the netlist's text, to see the check fail."""
    text = (pathlib.Path(mapped) / "mapped.v").read_text(encoding="utf-8")
    netlist = Netlist(text, mapper.library)
    for name in netlist.modules:  # the RTL keeps its names
        text = re.sub(rf"^(module |  ){re.escape(name)}( ?\(| _| \\| \w)", rf"\1{name}_mapped\2", text,
                      flags=re.M)
    settle, lines = vectors(design, count, seed)
    digits = (sum(width for _, width, _ in design.ports()) + 3) // 4
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sumac-gates-"))
    try:
        (folder / "net.v").write_text(edit(text), encoding="utf-8")
        (folder / "cells.v").write_text("".join(
            mapper.library.model(name) for name in sorted(netlist.cells(design.top))),
            encoding="utf-8")
        (folder / "words.hex").write_text("".join(f"{line:0{digits}x}\n" for line in lines),
                                          encoding="ascii")
        (folder / "bench.sv").write_text(_bench(design, settle, len(lines)), encoding="utf-8")
        tools.run(["iverilog", "-g2012", "-DSYNTHESIS", f"-I{designs.RTL}", "-s", "bench", "-o",
                   "bench.vvp", "bench.sv", "net.v", "cells.v", *map(str, design.files())], folder, "compile.log")
        answer = tools.run(["vvp", "-n", "bench.vvp"], folder, "run.log").strip()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if answer != f"EQUAL {count}":
        raise Failed(f"the netlist and the RTL differ ({design.describe()}, seed {seed}): {answer}")
    return count
