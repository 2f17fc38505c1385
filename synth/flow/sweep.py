# SPDX-License-Identifier: Apache-2.0
"""Lists of runs, and the tables and the figure of their results."""
import itertools
import json
import pathlib
import re
import shlex
import statistics
import tempfile

from . import Wrong, designs, tools

_OPTIONS = ("design", "mul", "format", "accumulator", "array", "add-depth", "lib", "clock-ns", "fpga",
            "script", "structure", "yosys", "check")


class Run:
    def __init__(self, options, results, jobs):
        name = "-".join(f"{value:g}" if isinstance(value, float) else str(value)
                        for value in options.values())
        self.options = options
        self.out = f"{results}/{re.sub(r'[^A-Za-z0-9.-]', '_', name)}.json"
        self.words = ["synth/sumac-synth"]
        for option, value in options.items():
            self.words += [f"--{option}", str(value)]
        self.words += ["-j", str(jobs), "--out", self.out]

    def line(self):
        return shlex.join(self.words)

    def _rtl(self, root):
        """The hash of its design's sources as they are now."""
        file, _, module = self.options["design"].rpartition(":")
        if file:
            return designs.hash_of(designs.own_sources(root / file, module))
        given = [self.options.get(name) for name in ("design", "mul", "format", "array", "add-depth")]
        return designs.rtl_hash(designs.Design(*given, accumulator=self.options.get("accumulator")))

    def result(self, root):
        """What it gave; None where it has not been run whole, or on RTL that was other."""
        try:
            result = json.loads((root / self.out).read_text(encoding="utf-8"))
            return result if result.get("rtl") == self._rtl(root) else None
        except (OSError, ValueError):
            return None


def read(path, jobs=1):
    """The runs that a sweep file asks for, in its order; one sentence for what is wrong with it."""
    try:
        document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Wrong(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Wrong(f"{path} is not JSON: {error}.") from None
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
        raise Wrong(f"{path} has no list \"runs\".")
    results = document.get("results", "build/synth")
    runs = []
    for group in document["runs"]:
        if not isinstance(group, dict) or "design" not in group:
            raise Wrong(f"a group of {path} names no design.")
        for name, values in group.items():
            if name not in _OPTIONS:
                raise Wrong(f"{path} has '{name}', which is no option of sumac-synth that sweeps.")
            if not isinstance(values, list) or not values:
                raise Wrong(f"'{name}' in {path} is not a list of values.")
        for values in itertools.product(*group.values()):
            runs.append(Run(dict(zip(group, values)), results, jobs))
    names = [run.out for run in runs]
    if len(set(names)) != len(names):
        raise Wrong(f"{path} asks for {max(names, key=names.count)} more than once.")
    return runs


# ---- Tables ----
def _area(result):
    return f"{result['area']:,.0f}" + ("" if result["meets_clock"] else " (missed)")


def _ratio(pam, ieee):
    return f"{pam['area'] / ieee['area']:.3f}" if pam["meets_clock"] == ieee["meets_clock"] else ""


def _mhz(result):
    return f"{result['mhz']:.2f}" if result.get("mhz") else "-"


def _what(result):
    name = {"pam": "unit", "mul": "unit"}.get(result["design"], result["design"])
    return f"{name} {result['array'] or ''}".strip() + f", {result['format']}"


def _version(result):
    """Of Yosys, as in 0.23."""
    return re.search(r"\d[\d.]*", result["tools"]["yosys"]).group()


def _cells(results, *names):
    """Those of these designs in standard cells, by the first Yosys."""
    return [one for one in results if one["design"] in names and "fpga" not in one
            and _version(one) == _version(results[0])]


def _pairs(results):
    """{(what, clock, board, version of Yosys): {"pam": result, "ieee": result}} of the designs with a
    product; of several results the smallest that meets the clock."""
    pairs = {}
    for result in results:
        if not result["mul"]:
            continue
        pair = pairs.setdefault((_what(result), result.get("clock_ns"), result.get("fpga"), _version(result)), {})
        pair[result["mul"]] = min(result, pair.get(result["mul"], result),
                                  key=lambda one: (not one.get("meets_clock", True), one.get("area", 0)))
    return {key: pair for key, pair in pairs.items() if len(pair) == 2}


PARTS = ("product", "adder", "registers between and enables", "rest")


def _parts(results):
    """The clock that most MACs and elements were made for, by the first Yosys; {design: [um^2 of each
    part]} of those."""
    ones = _cells(results, "mac", "pe")
    clock = statistics.mode([one["clock_ns"] for one in ones] or [None])
    found = {}
    for one in sorted(ones, key=lambda one: (one["design"], one["format"], one["mul"] != "pam")):
        if one["clock_ns"] != clock:
            continue
        areas = found[f"{one['design']} {one['mul']}, {one['format']}"] = [0.0] * len(PARTS)
        for part in one["modules"]:
            name = part["module"]
            areas[0 if name.startswith("sumac_product") or name == "sumac_special"
                  else 1 if name.startswith("sumac_fadd")
                  else 2 if name == "sumac_stage" else 3] += part["area"]
    return clock, found


def tables(results):
    cells = [one for one in results if "fpga" not in one]
    boards = [one for one in results if "fpga" in one]
    lines = ["| design | clock | Yosys | pam, um^2 | IEEE, um^2 | ratio | "
             "least clock of these, pam / IEEE | fastest, pam / IEEE | IEEE's structure |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for (what, clock, _, version), pair in _pairs(cells).items():
        pam, ieee = pair["pam"], pair["ieee"]
        lines.append(
            f"| {what} | {clock:g} ns | {version} | {_area(pam)} | {_area(ieee)} | {_ratio(pam, ieee)} | "
            f"{pam['min_period_ns']:.2f} / {ieee['min_period_ns']:.2f} ns | "
            f"{pam['fastest']['period_ns']:.2f} / {ieee['fastest']['period_ns']:.2f} ns | "
            f"{ieee['best']['structure']} |")
    adders = [one for one in cells if one["design"] == "fadd"]
    if adders:
        lines += ["", "The adder; netlists by their logic, registers excluded:", "",
                  "| depth | clock | Yosys | logic, um^2 | registers, um^2 | least clock | fastest | script |"
                  " netlists that meet it, um^2 |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
        for one in adders:
            shift = one["area_registers"]
            lines.append(
                f"| {one['add_depth']} | {one['clock_ns']:g} ns | {_version(one)} | "
                f"{one['area'] - shift:,.0f}{'' if one['meets_clock'] else ' (missed)'} | {shift:,.0f} | "
                f"{one['min_period_ns']:.2f} ns | {one['fastest']['period_ns']:.2f} ns | "
                f"{one['best']['script']} | "
                f"{one['spread']['meeting_clock']} of {one['spread']['netlists']}: "
                f"{one['spread']['area_min'] - shift:,.0f} to "
                f"{one['spread']['area_max'] - shift:,.0f} |")
    clock, parts = _parts(results)
    if parts:
        lines += ["", "Where the area is, every module mapped by itself (so the sum is larger),"
                  f" at {clock:g} ns, in per cent:", "", f"| design | um^2 | {' | '.join(PARTS)} |",
                  "| --- " * (2 + len(PARTS)) + "|"]
        for name, areas in parts.items():
            whole = sum(areas)
            lines.append(f"| {name} | {whole:,.0f} | "
                         + " | ".join(f"{100 * area / whole:.1f}" for area in areas) + " |")
    if boards:
        lines += ["", "| FPGA | LUTs, pam / IEEE | registers | DSPs | MHz, placed |",
                  "| --- | --- | --- | --- | --- |"]
        for (what, _, board, _), pair in _pairs(boards).items():
            lines.append(f"| {board}: {what} | " + " | ".join(
                f"{pair['pam'][name]} / {pair['ieee'][name]}"
                for name in ("luts", "registers", "dsps"))
                + f" | {_mhz(pair['pam'])} / {_mhz(pair['ieee'])} |")
    checked = [one["checked"]["cycles"] for one in cells if "checked" in one]
    lines += ["", f"Of {len(cells)} netlists {len(checked)} gave the RTL's words in the gate-level check, "
              f"of {min(checked)} cycles at least." if checked else "No netlist was checked."]
    versions = sorted({words for one in results for words in one["tools"].values()})
    lines += ["", "Versions: " + "; ".join(versions) + "."]
    return "\n".join(lines)


# ---- The figures: area against clock, area by part ----
def _curves(results):
    curves = {}
    for one in _cells(results, "mac"):
        if one["meets_clock"]:
            curves.setdefault(f"{one['mul']} {one['format']}", []).append(
                (one["clock_ns"], one["area"] / 1000))
    return {name: sorted(points) for name, points in curves.items()}


def draw(results, path):
    curves = _curves(results)
    if not curves:
        raise Wrong("there are no mac results to draw.")
    data, plots = {}, []
    for i, (name, points) in enumerate(sorted(curves.items())):
        data[f"{i}.dat"] = "".join(f"{x} {y}\n" for x, y in points)
        plots.append(f"'{i}.dat' with linespoints pointtype 7 pointsize 0.5 title '{name}'")
    _plot(path, data, f"""set xlabel 'clock period, ns'
set ylabel 'area of a MAC, 1000 um^2'
set yrange [0:*]
set grid
set key outside right top
plot {', '.join(plots)}
""")


def draw_parts(results, path):
    _, parts = _parts(results)
    rows = "".join(f'"{name.replace(", ", chr(92) + "n")}" {" ".join(f"{area / 1000}" for area in areas)}\n'
                   for name, areas in parts.items())
    columns = [f"'parts.dat' using {i + 2}{':xtic(1)' if i == 0 else ''} title '{name}'"
               for i, name in enumerate(PARTS)]
    _plot(path, {"parts.dat": rows}, f"""set style data histograms
set style histogram rowstacked
set style fill solid 0.8 border -1
set boxwidth 0.7
set ylabel 'area, every module by itself, 1000 um^2'
set yrange [0:*]
set grid ytics
set bmargin 3.5
set key outside top center horizontal samplen 2
plot {', '.join(columns)}
""")


def _plot(path, data, commands):
    """The drawing that gnuplot makes of these files by these commands, as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, text in data.items():
            (folder / name).write_text(text)
        (folder / "plot.gp").write_text("set terminal svg size 720,420 font 'sans-serif,13'\n"
                                        f"set output 'figure.svg'\n{commands}")
        tools.run(["gnuplot", "plot.gp"], folder, "plot.log")
        path.write_bytes((folder / "figure.svg").read_bytes())


_BEGIN, _END = "<!-- from here: written by synth/sweep report -->", "<!-- to here -->"


def report(runs, root, document):
    """Puts the tables of the results that there are between the document's marks."""
    results = [result for result in (run.result(root) for run in runs) if result]
    if not results:
        raise Wrong(f"there is no result of this RTL yet; run: {runs[0].line()}")
    try:
        text = document.read_text(encoding="utf-8")
    except OSError as error:
        raise Wrong(f"--document {document} cannot be read: {error.strerror}.") from None
    if _BEGIN not in text or _END not in text:
        raise Wrong(f"{document} has no place for the tables, between '{_BEGIN}' and '{_END}'.")
    before, rest = text.split(_BEGIN, 1)
    after = rest.split(_END, 1)[1]
    tables_text = tables(results)
    if len(results) < len(runs):
        tables_text += f"\n\nOf {len(runs)} runs {len(results)} have been made; `synth/sweep run` goes on."
    draw(results, document.with_suffix(".svg"))
    draw_parts(results, document.with_name(f"{document.stem}-parts.svg"))
    document.write_text(f"{before}{_BEGIN}\n\n{tables_text}\n\n{_END}{after}", encoding="utf-8")
