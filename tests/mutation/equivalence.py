# SPDX-License-Identifier: Apache-2.0
"""Proves that a mutant computes what the RTL does: the machinery of tests/formal, on both side by side.

First the mutated module by itself, at the parameters at which the array and the tests have it: all
outputs are equal for all inputs (and, with registers, for all contents of them, which are equal after
the edge too). A mutant that only differs where the modules around it never go has to satisfy the
theorems about the contract instead (tests/formal/theorems.py).
"""

import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'formal'))
from rtl import Machine, Sources  # noqa: E402
from solver import Query, Undecided  # noqa: E402
from theorems import THEOREMS  # noqa: E402

WIDTHS = [dict(ManBits=23), dict(ManBits=10), dict(ManBits=7), dict(ManBits=3)]
PRODUCTS = [dict(ManBits=man_bits, Comp=comp) for man_bits in (23, 10, 7, 3) for comp in (0, 0x710CB, 0x80000)]

# module: its parameters; how many edges after which its outputs count (None: of equal contents, one edge).
COMBINATIONAL = {'sumac_pam': PRODUCTS, 'sumac_product_pam': PRODUCTS, 'sumac_weight_edge': PRODUCTS,
                 'sumac_classify': WIDTHS, 'sumac_settle': [dict(ZeroSign=0), dict(ZeroSign=1)],
                 'sumac_fused_align': [{}], 'sumac_fused_round': [dict(Width=width) for width in range(29, 34)]}
PIPELINES = {'sumac_fadd': [dict(Depth=depth, Loose=loose) for depth in (1, 2, 3, 4) for loose in (0, 1)],
             'sumac_fused': [dict(Group=4, Depth=depth) for depth in (1, 2, 3, 4)]}
SEQUENTIAL = {'sumac_stage': [dict(Width=28, Register=register) for register in (0, 1)],
              'sumac_pe': [dict(ManBits=23, AddDepth=1), dict(ManBits=10, Comp=0x710CB, AddDepth=2),
                           dict(ManBits=7, Comp=0x80000, AddDepth=3), dict(ManBits=3, Comp=0x710CB, AddDepth=4)],
              'sumac_act_edge': [dict(Rows=3, ManBits=7, AddDepth=2)]}
# The same of a pipeline with all its registers, for mutants that change none of those.
STAGES = {'sumac_fused': [dict(Group=group, Depth=4) for group in (1, 4)]}

# Of the theorems that speak of a module those whose names begin so.
THEOREMS_OF = {'sumac_fadd_align': ('add', 'loose add'), 'sumac_fadd_sum': ('add', 'loose add'),
               'sumac_fadd_normalise': ('add', 'loose add'), 'sumac_fadd_round': ('add', 'loose add'),
               'sumac_special': ('pam',), 'sumac_product_pack': ('pam',), 'sumac_product_pam': ('pam',),
               'sumac_classify': ('pam',), 'sumac_weight_edge': ('pam',), 'sumac_fused': ('fused4', 'fused8'),
               'sumac_fused_align': ('fused align',), 'sumac_fused_round': ('fused round',)}


def _ports(machine, which):
    return dict(re.findall(rf'^; yosys-smt2-{which} (\S+) (\d+)$', machine.text, re.M))


def _differs(mutant, text, module, parameters, edges):
    """None where module and mutant are the same; else in words where they are not."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        right, wrong = Sources(one), Sources(two)
        (wrong.folder / mutant.file).write_text(text)
        machines = [Machine(right, module, name='right', **parameters), Machine(wrong, module, name='wrong', **parameters)]
        lines, inputs = [], [{} for _ in range(edges + 1 if edges is not None else 2)]
        for step, values in enumerate(inputs):
            for port, bits in _ports(machines[0], 'input').items():
                if port == 'clk_i':
                    continue
                values[port] = f'|{port} {step}|'
                if port in ('rst_ni',) or (port == 'en_i' and edges is not None):
                    lines.append(f'(define-fun |{port} {step}| () (_ BitVec 1) #b1)')
                else:
                    lines.append(f'(declare-const |{port} {step}| (_ BitVec {bits}))')
        for machine, state in zip(machines, 'rw'):
            known = {field[3] for field in machine._fields}
            lines.append(machine.states(*((f'{state}{i}', {port: value for port, value in values.items() if port in known})
                                          for i, values in enumerate(inputs))))
        outputs = list(_ports(machines[0], 'output'))
        claims = []
        if edges is None:
            registers = [sorted(field[3] for field in machine._fields if field[0] in machine._next and field[3])
                         for machine in machines]
            if registers[0] != registers[1]:
                raise Undecided('the mutant has other registers')
            for register in dict.fromkeys(registers[0]):
                lines.append(f'(assert (= {machines[0].port(register, "r0")} {machines[1].port(register, "w0")}))')
            claims = [(port, step) for port in (*outputs, *dict.fromkeys(registers[0])) for step in (0, 1)]
        else:
            claims = [(port, edges) for port in outputs]
        equal = ' '.join(f'(= {machines[0].port(port, f"r{step}")} {machines[1].port(port, f"w{step}")})'
                         for port, step in claims)
        shown = {f'{port} {step}': value for step, values in enumerate(inputs) for port, value in values.items()}
        case = Query(machines, lines, f'(and true {equal})', shown).counterexample()
    if case is None:
        return None
    return f'{module} {parameters}: ' + ', '.join(f'{name} {value:#x}' for name, value in case.items())


def _theorems(mutant, text, prefixes):
    """None where the theorems hold of the mutant; else one that does not."""
    for theorem in THEOREMS:
        if not theorem.name.startswith(tuple(f'{prefix},' for prefix in prefixes)):
            continue
        if ' as Depth 1' in theorem.name:
            continue  # about the registers alone
        with tempfile.TemporaryDirectory() as folder:
            sources = Sources(folder)
            (sources.folder / mutant.file).write_text(text)
            case = theorem.query(sources).counterexample()
        if case is not None:
            return f'{theorem.name}: ' + ', '.join(f'{name} {value:#x}' for name, value in case.items())
    return None


def prove(mutant, text):
    """('equal' or 'theorems', ''), or ('different' or 'undecided', why)."""
    module = mutant.file.removesuffix('.sv')
    try:
        found = None
        for parameters in COMBINATIONAL.get(module, ()):
            found = found or _differs(mutant, text, module, parameters, 0)
        line = text.splitlines()[mutant.line - 1]
        stages = () if re.search('Depth|localparam', line) else STAGES.get(module, ())
        for parameters in () if stages else PIPELINES.get(module, ()):
            found = found or _differs(mutant, text, module, parameters, parameters['Depth'])
        for parameters in stages or SEQUENTIAL.get(module, ()):
            found = found or _differs(mutant, text, module, parameters, None)
        if not any(module in modules for modules in (COMBINATIONAL, PIPELINES, SEQUENTIAL)):
            found = _differs(mutant, text, module, {}, 0)
        if found is None:
            return 'equal', ''
        if module not in THEOREMS_OF:
            return 'different', found
        false = _theorems(mutant, text, THEOREMS_OF[module])
        return ('theorems', '') if false is None else ('different', false)
    except (Undecided, AssertionError, SystemExit) as error:
        return 'undecided', ' '.join(str(error).split())[:300]
