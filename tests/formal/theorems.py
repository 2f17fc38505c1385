# SPDX-License-Identifier: Apache-2.0
"""The theorems about the arithmetic, each with a mutant of the RTL that it must refute."""

import dataclasses
from typing import Callable

import contract
from rtl import Machine, Sources
from solver import Query

FILES = {'product': 'sumac_product_pam.sv', 'edge': 'sumac_weight_edge.sv', 'special': 'sumac_special.sv',
         'classify': 'sumac_classify.sv', 'align': 'sumac_fadd_align.sv', 'order': 'sumac_fadd_order.sv',
         'round': 'sumac_fadd_round.sv', 'fadd': 'sumac_fadd.sv', 'stage': 'sumac_stage.sv'}


@dataclasses.dataclass
class Mutant:
    file: str
    old: str
    new: str


@dataclasses.dataclass
class Theorem:
    name: str
    query: Callable[[Sources], Query]
    mutant: Mutant
    # Of a counterexample's words, what the contract says that `word` should have been.
    expected: Callable[[dict], int]
    quick: bool = True  # part of script/test


def word(name):
    return f'(declare-const {name} (_ BitVec 32))'


# ---- pam ----

def comp_as_input(sources):
    """The parameter Comp of sumac_pam and of what it instantiates becomes an input of that name."""
    for file in ('sumac_pam.sv', FILES['edge'], FILES['product']):
        sources.substitute(file, r'^( *parameter int ManBits = 23),(.*)\n *parameter int Comp .*\n\) \($',
                           r'\1 \2\n) (\n  input logic signed [31:0] Comp,')
    for module in ('sumac_weight_edge', 'sumac_product_pam'):
        sources.substitute('sumac_pam.sv', rf'^(  {module} #\(\n *\.ManBits\(ManBits\)),\n.*\n(  \) \w+ \()$',
                           r'\1\n\2\n.Comp,')
    sources.substitute('sumac_pam.sv', r'^  if \(Comp < 0.*\n.*\n  end$', '')
    sources.substitute(FILES['edge'], r'localparam (logic \[W-1:0\] CompUpper) = (.*);',
                       r'\1; assign CompUpper = \2;')
    sources.substitute(FILES['product'], r'localparam (logic \[30:0\] CompLow) = (.*);',
                       r'\1; assign CompLow = \2;')


def pam(man_bits, mutant, comp=None, quick=True):
    """sumac_pam is pam on all pairs of operand words: of the published comp, or of every comp."""
    low = 23 - man_bits

    def query(sources):
        if comp is None:
            comp_as_input(sources)
            machine = Machine(sources, 'sumac_pam', ManBits=man_bits)
            premise = f'(assert (= {machine.port("Comp", "s")} (concat #b000000000 comp)))'
        else:
            machine = Machine(sources, 'sumac_pam', ManBits=man_bits, Comp=comp)
            premise = f'(assert (= comp ((_ extract 22 0) #x{comp:08x})))'

        def widened(port):
            bits = machine.port(port, 's')
            return f'(concat {bits} (_ bv0 {low}))' if low else bits

        return Query(
            [machine],
            [machine.states('s'), '(declare-const comp (_ BitVec 23))', premise],
            f'(= {machine.port("p_o", "s")} (pam {widened("a_i")} {widened("b_i")} comp))',
            {'a': widened('a_i'), 'b': widened('b_i'), 'comp': 'comp', 'word': machine.port('p_o', 's')})

    name = f'pam, ManBits {man_bits}, ' + ('every comp' if comp is None else f'comp {comp:#x}')
    return Theorem(name, query, mutant,
                   lambda case: contract.pam(case['a'], case['b'], case['comp']), quick)


PAM_MUTANTS = [
    Mutant(FILES['product'], '(exponent[8] | (&exponent[7:0]))', 'exponent[8]'),
    Mutant(FILES['product'], '| (exponent == \'0)', '| (r == \'0)'),
    Mutant(FILES['product'], 'a_sign_i ^ b_sign_i', 'a_sign_i | b_sign_i'),
    Mutant(FILES['product'], '{b_offset_i[ManBits+8], b_offset_i}', '{1\'b0, b_offset_i}'),
    Mutant(FILES['special'], '(a_inf & b_special_i & ~b_code_i[0])', '(a_inf & b_special_i)'),
    Mutant(FILES['special'], 'inf_o = a_inf | b_inf', 'inf_o = a_inf'),
    Mutant(FILES['classify'], 'exponent == \'0;', '{exponent, mantissa} == \'0;'),
    Mutant(FILES['edge'], "(CompUpper - Bias)", "(CompUpper - Bias - W'(CompUpper[0]))"),
]


# ---- add ----

def fadd(depth, mutant, quick=True):
    """sumac_fadd, Depth edges after a and b, is their sum, whatever it held and is given next."""

    def query(sources):
        machine = Machine(sources, 'sumac_fadd', Depth=depth)
        states = [f's{i}' for i in range(depth + 1)]
        return Query(
            [machine],
            [machine.states(*states), word('a'), word('b'),
             f'(assert (= a {machine.port("a_i", "s0")}))', f'(assert (= b {machine.port("b_i", "s0")}))',
             *(f'(assert {machine.is_set("en_i", state)})' for state in states[:-1])],
            f'(is_add {machine.port("sum_o", states[-1])} a b)',
            {'a': 'a', 'b': 'b', 'word': machine.port('sum_o', states[-1])})

    return Theorem(f'add, Depth {depth}', query, mutant,
                   lambda case: contract.add(case['a'], case['b']), quick)


def fadd_depth(depth, mutant):
    """sumac_fadd of this Depth gives the words of Depth 1, whatever it held and is given next."""

    def query(sources):
        one = Machine(sources, 'sumac_fadd', name='one', Depth=1)
        machine = Machine(sources, 'sumac_fadd', Depth=depth)
        states = [f's{i}' for i in range(depth + 1)]
        return Query(
            [one, machine],
            [one.states('t0', 't1'), machine.states(*states), word('a'), word('b'),
             *(f'(assert (= {operand} {machine.port(f"{operand}_i", "s0")} {one.port(f"{operand}_i", "t0")}))'
               for operand in 'ab'),
             f'(assert {one.is_set("en_i", "t0")})',
             *(f'(assert {machine.is_set("en_i", state)})' for state in states[:-1])],
            f'(= {machine.port("sum_o", states[-1])} {one.port("sum_o", "t1")})',
            {'a': 'a', 'b': 'b', 'word': machine.port('sum_o', states[-1])})

    return Theorem(f'add, Depth {depth} as Depth 1', query, mutant,
                   lambda case: contract.add(case['a'], case['b']))


THEOREMS = [
    *(pam(man_bits, PAM_MUTANTS[i % len(PAM_MUTANTS)])
      for i, man_bits in enumerate(range(23, 2, -1))),
    *(pam(man_bits, PAM_MUTANTS[(3 * i + j) % 7], comp)
      for i, man_bits in enumerate((23, 10, 7)) for j, comp in enumerate((0, 0x710CB, 0x80000))),
    *(fadd_depth(depth, Mutant(FILES['fadd'], f'.Register(Depth {when})) {stage}', f'.Register(0)) {stage}'))
      for depth, when, stage in ((2, '>= 2', 'u_aln_big'), (3, '>= 3', 'u_add_flags'), (4, '== 4', 'u_ord_flags'))),
    fadd(1, Mutant(FILES['round'], 'normal[3] & (normal[4]', 'normal[3] & (~normal[4]')),
    fadd(2, Mutant(FILES['align'], '|shifted[23:0]', "1'b0")),
    fadd(3, Mutant(FILES['fadd'], '.Register(Depth >= 3)) u_add_flags', '.Register(Depth >= 4)) u_add_flags')),
    fadd(4, Mutant(FILES['fadd'], '.Register(Depth == 4)) u_ord_flags', '.Register(Depth == 5)) u_ord_flags')),
]
