# SPDX-License-Identifier: Apache-2.0
"""The command line of sumac-synth."""
import argparse
import json
import math
import os
import pathlib
import sys

from . import Failed, Wrong, cache, designs, fpga, gates, report, tools

PACKAGED = "/usr/share/qflow/tech/{0}/{0}_stdcells.lib"


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Wrong(f"{message}; see `sumac-synth --help`.")


def _parser():
    parser = _Parser(
        prog="sumac-synth", allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Area, timing and power of a part of Sumac, mapped to standard cells.",
        epilog="Designs: pam and mul are the products with their operands' classification, product is\n"
               "what stands in an element, fadd the adder, mac product, register and adder, pe a whole\n"
               "processing element, array the elements of an array, each the same netlist; fused is\n"
               "the accumulator that adds 4, 8 or 16 products at once, fused_pe an element of it;\n"
               "FILE:MODULE is a module of yours, its clock clk_i, mapped and timed the same way.\n\n"
               "Examples:\n"
               "  synth/sumac-synth --design mac --mul pam\n"
               "  synth/sumac-synth --design pe --mul ieee --format bf16 --clock-ns 8 --check 1000\n"
               "  synth/sumac-synth --design array --array 16x16 --json\n"
               "  synth/sumac-synth --design array --array 4x4 --check-tile tile.fst\n"
               "  synth/sumac-synth --design pe --format bf16 --energy runs/energy/forward.fst\n"
               "  synth/sumac-synth --design mac --mul ieee --fpga xilinx\n"
               "  synth/sumac-synth --design examples/gallery/my_pe.sv:my_pe")
    parser.add_argument("--design", required=True, metavar="|".join(designs.NAMES) + "|FILE:MODULE")
    parser.add_argument("--mul", metavar="pam|ieee", help="product (default pam)")
    parser.add_argument("--format", metavar="fp32|bf16|e8mN", help="operands (default fp32)")
    parser.add_argument("--array", metavar="ROWSxCOLUMNS", help="default 16x16")
    parser.add_argument("--flat", action="store_true",
                        help="map the whole array as one piece, to compare")
    parser.add_argument("--add-depth", type=int, metavar="L",
                        help="pipeline registers of the adder, 1 to 4 (default 2)")
    parser.add_argument("--accumulator", metavar="fused4|fused8|fused16",
                        help="products that are added at once: by fused and fused_pe (default fused4),"
                             " or by the elements of array (default one)")
    parser.add_argument("--lib", metavar="osu018|osu035|FILE.lib",
                        help="cell library (default osu018)")
    parser.add_argument("--clock-ns", type=float, metavar="T",
                        help="clock that the smallest netlist is sought for (default 10)")
    parser.add_argument("--script", action="append", metavar="NAME",
                        help="try this abc script only (may be repeated; default: all)")
    parser.add_argument("--structure", action="append", metavar="NAME",
                        help="try this structure of the adders only (may be repeated; default: all)")
    parser.add_argument("--check", type=int, default=0, metavar="N",
                        help="simulate the netlist beside the RTL for N random cycles")
    parser.add_argument("--check-tile", action="append", default=[], metavar="FILE.fst",
                        help="simulate the netlist of --design array on a recording of `sumac trace`;"
                             " its sums must be the recorded ones (may be repeated)")
    parser.add_argument("--seed", type=int, default=1, help="of --check (default 1)")
    parser.add_argument("--energy", action="append", default=[], metavar="FILE.fst",
                        help="energy of --design pe or fused_pe on a recording of `sumac trace`"
                             " (may be repeated)")
    parser.add_argument("--fpga", metavar="|".join(fpga.FAMILIES),
                        help="count LUTs, registers and DSPs instead")
    parser.add_argument("--yosys", default="yosys", metavar="PROGRAM", help="default yosys")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                        help="netlists mapped side by side (default: all processors)")
    parser.add_argument("--cache", metavar="FOLDER",
                        help="where results are kept (default $SUMAC_SYNTH_CACHE, else"
                             " ~/.cache/sumac/synth)")
    parser.add_argument("--netlist", metavar="FILE", help="write the mapped netlist there")
    parser.add_argument("--out", metavar="FILE", help="write the JSON there, and no words")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _library(text):
    if text in ("osu018", "osu035"):
        path = pathlib.Path(PACKAGED.format(text))
        if not path.exists():
            raise Wrong(f"{path} is not here: install it with script/setup"
                        f" (package qflow-tech-{text}).")
        return path
    if not text.endswith(".lib"):
        raise Wrong(f"--lib {text} is neither osu018, osu035 nor a Liberty file (.lib).")
    if not pathlib.Path(text).is_file():
        raise Wrong(f"--lib {text} is not a file.")
    return pathlib.Path(text)


def _design(options):
    """One of Sumac's by its name and options, or the user's own."""
    if ":" not in options.design:
        return designs.Design(options.design, options.mul, options.format, options.array,
                              options.add_depth, options.flat, options.accumulator)
    for name in ("mul", "format", "array", "add_depth", "flat", "accumulator", "check"):
        if getattr(options, name):
            raise Wrong(f"--{name.replace('_', '-')} is for Sumac's designs:"
                        f" it does not go with {options.design}.")
    return designs.OwnDesign(options.design, options.yosys)


def _write(path, text):
    try:
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Wrong(f"{path} cannot be written: {error.strerror}.") from None


def _run(arguments):
    from . import energy, mapping, stimulus, synthesis  # after --help

    options = _parser().parse_args(arguments)
    design = _design(options)
    if options.jobs < 1:
        raise Wrong(f"-j {options.jobs} is not a number of processes.")
    if options.check < 0:
        raise Wrong(f"--check {options.check} is not a number of cycles.")
    try:
        store = cache.Cache(options.cache or cache.default_folder())
    except OSError as error:
        raise Wrong(f"the cache folder cannot be made: {error.strerror}: {error.filename}."
                    ) from None
    if options.fpga is not None:
        if options.fpga not in fpga.FAMILIES:
            raise Wrong(f"--fpga {options.fpga} is none of {', '.join(fpga.FAMILIES)}.")
        for name in ("lib", "clock_ns", "script", "structure", "netlist", "energy", "check_tile"):
            if getattr(options, name):
                raise Wrong(f"--{name.replace('_', '-')} is for standard cells:"
                            " it does not go with --fpga.")
        if options.check:
            raise Wrong("--check is for standard cells: it does not go with --fpga.")
        result = fpga.synthesize(store, design, options.fpga, options.yosys)
    else:
        clock_ns = 10.0 if options.clock_ns is None else options.clock_ns
        if not (math.isfinite(clock_ns) and 0.01 <= clock_ns <= 10000):
            raise Wrong(f"--clock-ns {options.clock_ns:g} is not 0.01 to 10000.")
        scripts = tuple(dict.fromkeys(options.script or mapping.SCRIPTS))
        for script in scripts:
            if script not in mapping.SCRIPTS:
                raise Wrong(f"--script {script} is none of {', '.join(mapping.SCRIPTS)}.")
        tools.find(options.yosys)
        tools.find("sta")
        if options.energy and design.name not in ("pe", "fused_pe"):
            raise Wrong(f"--energy is for --design pe and fused_pe: it does not go with {design.name}.")
        if options.check_tile and (design.name != "array" or design.accumulator):
            raise Wrong("--check-tile is for --design array, of the accumulator fold: it does not go with"
                        f" {design.accumulator or design.name}.")
        recordings = [stimulus.Recording(path) for path in options.energy]
        for recording in recordings:
            recording.must_suit(design)
        tiles = [stimulus.Recording(path, "--check-tile") for path in options.check_tile]
        for tile in tiles:
            tile.must_be_of(design)
        mapper = mapping.Mapper(store, _library(options.lib or "osu018"), options.yosys)
        structures = mapping.fronts(design, mapper.library, mapper.yosys)
        for structure in options.structure or ():
            if structure not in structures:
                raise Wrong(f"--structure {structure} is none of {', '.join(structures)}.")
        structures = tuple(dict.fromkeys(options.structure or structures))
        result, folder = synthesis.synthesize(mapper, design, clock_ns, scripts, options.jobs,
                                              structures)
        if options.check:
            gates.check(mapper, design, folder, options.check, options.seed)
            result["checked"] = {"cycles": options.check, "seed": options.seed}
        if tiles:
            result["checked_tiles"] = [gates.check_tile(mapper, design, folder, tile) for tile in tiles]
        if recordings:
            result["energy"] = [energy.measure(mapper, design, folder, clock_ns, one)
                                for one in recordings]
            macs = sum(one["macs"] for one in result["energy"])
            result["energy_pj_per_mac"] = sum(
                one["pj_per_mac"] * one["macs"] for one in result["energy"]) / macs
        if options.netlist:
            _write(options.netlist, (folder / "mapped.v").read_text(encoding="utf-8"))
    result["rtl"] = designs.rtl_hash(design)
    document = json.dumps(result, indent=2)
    if options.out:
        _write(options.out, document + "\n")
    elif options.json:
        print(document)
    else:
        print(report.text(result))


def main(arguments):
    """0: done; 1: a tool or the check failed; 2: the call or its input is wrong."""
    try:
        _run(arguments)
        sys.stdout.flush()
    except Wrong as error:
        print(f"sumac-synth: {error}", file=sys.stderr)
        return 2
    except Failed as error:
        print(f"sumac-synth: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sumac-synth: interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    return 0
