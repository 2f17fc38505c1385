# SPDX-License-Identifier: Apache-2.0
"""The theorems about the arithmetic, each with a mutant of the source that it must refute."""

import dataclasses
from typing import Callable

import contract
from reference import Reference
from rtl import Machine, Sources
from solver import Query

FILES = {'product': 'sumac_product_pam.sv', 'edge': 'sumac_weight_edge.sv', 'special': 'sumac_special.sv',
         'classify': 'sumac_classify.sv', 'align': 'sumac_fadd_align.sv', 'normalise': 'sumac_fadd_normalise.sv',
         'sum': 'sumac_fadd_sum.sv', 'round': 'sumac_fadd_round.sv', 'fadd': 'sumac_fadd.sv', 'pe': 'sumac_pe.sv',
         'loader': 'sumac_loader.sv', 'stage': 'sumac_stage.sv', 'pack': 'sumac_product_pack.sv',
         'settle': 'sumac_settle.sv', 'loosen': 'sumac_loosen.sv', 'fused': 'sumac_fused.sv',
         'fused_align': 'sumac_fused_align.sv', 'fused_round': 'sumac_fused_round.sv'}


WITH_FUNCTIONS = 'QF_UFBVFP'  # the logic where functions are declared


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
    sources.substitute(FILES['product'], r'localparam (logic \[22:0\] CompLow) = (.*);',
                       r'\1; assign CompLow = \2;')


def pam(man_bits, mutant, comp=None):
    """sumac_pam is pam on all pairs of operand words: of the published comp, or of every comp."""
    low = 23 - man_bits

    def query(sources):
        if comp is None:
            comp_as_input(sources)
            machine = Machine(sources, 'sumac_pam', ManBits=man_bits)
            lines = ['(declare-const comp (_ BitVec 23))',
                     machine.states(('s', {'Comp': '(concat #b000000000 comp)'}))]
        else:
            machine = Machine(sources, 'sumac_pam', ManBits=man_bits, Comp=comp)
            lines = [f'(define-fun comp () (_ BitVec 23) (_ bv{comp} 23))', machine.states(('s', {}))]

        def widened(port):
            bits = machine.port(port, 's')
            return f'(concat {bits} (_ bv0 {low}))' if low else bits

        return Query(
            [machine],
            lines,
            f'(= {machine.port("p_o", "s")} (pam {widened("a_i")} {widened("b_i")} comp))',
            {'a': widened('a_i'), 'b': widened('b_i'), 'comp': 'comp', 'word': machine.port('p_o', 's')})

    name = f'pam, ManBits {man_bits}, ' + ('every comp' if comp is None else f'comp {comp:#x}')
    return Theorem(name, query, mutant,
                   lambda case: contract.pam(case['a'], case['b'], case['comp']))


PAM_MUTANTS = [
    Mutant(FILES['pack'], '(&exponent) ? nan_i', '(&exponent_i[7:0]) ? nan_i'),
    Mutant(FILES['pack'], '(zero_i | exponent_i[9])', 'zero_i'),
    Mutant(FILES['product'], 'a_sign_i ^ b_sign_i', 'a_sign_i | b_sign_i'),
    Mutant(FILES['product'], '{b_offset_i[ManBits+8], b_offset_i}', '{1\'b0, b_offset_i}'),
    Mutant(FILES['special'], '(a_code_i[0] ^ b_code_i[0])', '(a_code_i[0] & ~b_code_i[0])'),
    Mutant(FILES['special'], 'top_o  = a_top | b_top', 'top_o  = a_top'),
    Mutant(FILES['classify'], 'exponent == \'0;', '{exponent, mantissa} == \'0;'),
    Mutant(FILES['edge'], "(CompUpper - Bias)", "(CompUpper - Bias - W'(CompUpper[0]))"),
]


# ---- mul, the baseline's product: of any product of the significands ----

def product_as_input(sources):
    """What sumac_product_ieee multiplies becomes wires factor_a and factor_b, their product an input."""
    sources.substitute('sumac_product_ieee.sv', r'^  assign product = (\{.*\}) \*\n *(\{.*\});$',
                       r'  logic [2*SigBits-1:0] factor_a, factor_b;\n  assign factor_a = \1;\n'
                       r'  assign factor_b = \2;\n  assign product = times;')
    for file in ('sumac_product_ieee.sv', 'sumac_mul.sv'):
        sources.substitute(file, r'^\) \($', r') (\n  input logic [2*ManBits+1:0] times,')
    sources.replace('sumac_mul.sv', ') u_product (', ') u_product (\n    .times,')


def mul(man_bits, mutant):
    """sumac_mul of all pairs of operand words is mul, but for the multiplication of two integers: it
    multiplies the significands, and from any number in the range of their product it goes on rightly."""
    def query(sources):
        product_as_input(sources)
        machine = Machine(sources, 'sumac_mul', ManBits=man_bits)
        a, b = (f'(concat {machine.port(port, "s")} (_ bv0 {23 - man_bits}))' if man_bits < 23 else machine.port(port, 's')
                for port in ('a_i', 'b_i'))
        bits = 2 * man_bits + 2
        # In the contract's units a significand has 23 - n more bits, a product twice as many.
        lines = [machine.states(('s', {'times': 'times'})), f'(declare-const times (_ BitVec {bits}))',
                 f'(assert (bvuge times (bvshl (_ bv1 {bits}) (_ bv{bits - 2} {bits}))))', word('nearest'),
                 f'(assert (is_nearest nearest (concat (_ bv0 16) times (_ bv0 {48 - bits}))))'.replace('(_ bv0 0)', '')]
        lines[:2] = lines[1::-1]
        factors = ' '.join(
            f'(= (bvshl ((_ zero_extend {64 - bits}) {machine.port(f"u_product.{factor}", "s")}) (_ bv{23 - man_bits} 64)) '
            f'(significand {operand}))' for factor, operand in (('factor_a', a), ('factor_b', b)))
        return Query([machine], lines, f"""(and (= {machine.port('p_o', 's')} (mul {a} {b} nearest))
            (=> (not (or (is_zero {a}) (is_inf {a}) (is_nan {a}) (is_zero {b}) (is_inf {b}) (is_nan {b})))
              (and {factors})))""", {'a': a, 'b': b, 'word': machine.port('p_o', 's')})

    return Theorem(f'mul, ManBits {man_bits}, any product', query, mutant,
                   lambda case: contract.mul(case['a'], case['b']))


# ---- add ----

def sum_of(machine, depth, prefix='s'):
    """States of an adder that is given a and b and then anything, until their sum is due."""
    return machine.states((f'{prefix}0', {'en_i': '#b1', 'a_i': 'a', 'b_i': 'b'}),
                          *((f'{prefix}{i}', {'en_i': '#b1'}) for i in range(1, depth + 1)))


# The adder in cases: the signs' xor, and how far the exponents are apart.
DISTANCE = """
(define-fun exponent ((w (_ BitVec 32))) (_ BitVec 9) (concat #b0 ((_ extract 30 23) w)))
(define-fun apart () (_ BitVec 9) (bvsub (exponent a) (exponent b)))
(define-fun special ((w (_ BitVec 32))) Bool (or (is_zero w) (= (exponent w) #b011111111)))
(define-fun differ () Bool (distinct (sign a) (sign b)))
(define-fun between ((low (_ BitVec 9)) (high (_ BitVec 9))) Bool
  (and (bvsge apart low) (bvsle apart high)))"""


def between(low, high):
    return f'(between (_ bv{low % 512} 9) (_ bv{high % 512} 9))'


ADD_CASES = ['(or (special a) (special b))', f'(not {between(-26, 26)})',
             f'(and differ {between(0, 0)})', f'(and differ {between(1, 1)})', f'(and differ {between(-1, -1)})',
             f'(and differ {between(2, 26)})', f'(and differ {between(-26, -2)})', between(0, 26)]


def fadd(depth, mutant):
    """sumac_fadd, Depth edges after a and b, is their sum, whatever it held and is given next."""

    def query(sources):
        machine = Machine(sources, 'sumac_fadd', Depth=depth)
        return Query(
            [machine],
            # The sum as a part of another word: else the solver puts its term in all the places where
            # the contract speaks of it, and takes five times as long.
            [word('a'), word('b'), sum_of(machine, depth), DISTANCE, '(declare-const opaque (_ BitVec 33))',
             f'(assert (= ((_ extract 31 0) opaque) {machine.port("sum_o", f"s{depth}")}))'],
            '(is_add ((_ extract 31 0) opaque) a b)',
            {'a': 'a', 'b': 'b', 'word': '((_ extract 31 0) opaque)'}, ADD_CASES)

    return Theorem(f'add, Depth {depth}', query, mutant,
                   lambda case: contract.add(case['a'], case['b']))


def fadd_depth(depth, mutant):
    """sumac_fadd of this Depth gives the words of Depth 1, whatever it held and is given next."""

    def query(sources):
        one = Machine(sources, 'sumac_fadd', name='one', Depth=1)
        machine = Machine(sources, 'sumac_fadd', Depth=depth)
        return Query(
            [one, machine],
            [word('a'), word('b'), sum_of(one, 1, 't'), sum_of(machine, depth)],
            f'(= {machine.port("sum_o", f"s{depth}")} {one.port("sum_o", "t1")})',
            {'a': 'a', 'b': 'b', 'word': machine.port('sum_o', f's{depth}')})

    return Theorem(f'add, Depth {depth} as Depth 1', query, mutant,
                   lambda case: contract.add(case['a'], case['b']))


# ---- The reference: C++ ----

HEADERS = {name: f'model/{name}.h' for name in ('pam', 'narrow', 'round', 'word', 'piecewise_affine')}
SOURCES = {name: f'model/{name}.cc' for name in ('add', 'mul')}


def reference(name, function, inputs, lines, claim, mutant, expected, **more):
    """The reference's `function` of `inputs`, which `claim` calls w, is the contract's."""
    def query(sources):
        return Query(
            [Reference(sources, function)],
            # As a part of another word: see fadd().
            [*lines, '(declare-const opaque (_ BitVec 33))', '(define-fun w () (_ BitVec 32) ((_ extract 31 0) opaque))',
             f'(assert (= w (cpp_{function} {" ".join(inputs.values())})))'],
            claim, {**inputs, 'word': 'w'}, **more)

    return Theorem(f'C++ {name}', query, mutant, lambda case: expected(*(case[name] for name in inputs)))


def reference_word(name, words, claim, mutant, lines=(), **more):
    """The same of a function of words, which the reference and the contract call by its name."""
    return reference(name, name, {each: each for each in words}, [*map(word, words), *lines], claim, mutant,
                     getattr(contract, name), **more)


COMP = '(declare-const comp (_ BitVec 23))'
COMP_WORD = '((_ zero_extend 9) comp)'


def reference_pam(mutant):
    return reference('pam, every comp', 'pam', {'a': 'a', 'b': 'b', 'comp': COMP_WORD}, [word('a'), word('b'), COMP],
                     '(= w (pam a b comp))', mutant, contract.pam)


def reference_narrow(man_bits, mutant):
    return reference(f'narrow, n = {man_bits}', f'narrow_{man_bits}', {'a': 'a'}, [word('a')],
                     f'(is_narrow w a (_ bv{man_bits} 8))', mutant, lambda a: contract.narrow(a, man_bits))


# The cases of the reference's adder. The signs and magnitudes are compared as the source does: the
# solver then drops the ways through it that are not the case's.
ADD_WAYS = """
(define-fun swapped () Bool (bvult (bvand a #x7FFFFFFF) (bvand b #x7FFFFFFF)))
(define-fun alike () Bool (= (bvand (bvxor a b) #x80000000) #x00000000))"""
REFERENCE_ADD_CASES = ['(or (special a) (special b))',
                       *(f'(and {signs} {between(low, high)})' for signs, low, high in (
                           ('alike', 0, 26), ('(not alike)', 0, 0), ('(not alike)', 1, 1), ('(not alike)', 2, 26),
                           ('alike', 27, 255), ('(not alike)', 27, 255)))]


def reference_add(mutant):
    """add of the greater magnitude first; fp.add commutes, and so does add, by the next theorem."""
    return reference('add, the greater magnitude first', 'add', {'a': 'a', 'b': 'b'},
                     [word('a'), word('b'), DISTANCE, ADD_WAYS, '(assert (not swapped))'], '(is_add w a b)', mutant, contract.add,
                     cases=REFERENCE_ADD_CASES)


def reference_add_commutes(mutant):
    def query(sources):
        both = {'ab': '(cpp_add a b)', 'ba': '(cpp_add b a)'}
        return Query([Reference(sources, 'add')], [word('a'), word('b')], f'(= {both["ab"]} {both["ba"]})',
                     {'a': 'a', 'b': 'b', 'word': f'(concat {both["ab"]} {both["ba"]})'})

    return Theorem('C++ add commutes', query, mutant, lambda case: contract.add(case['a'], case['b']) * (2 ** 32 + 1))


def reference_add_closed(mutant):
    """add(a, +0) is `closed`, of every word."""
    return reference('add, +0', 'add', {'a': 'a', 'b': '#x00000000'}, [word('a')], '(= w (closed a))', mutant,
                     contract.add)


def reference_add_plain(mutant):
    """Where an operand is a zero or a NaN, it does not matter which zero and which NaN."""
    return reference('add, a zero or a NaN', 'add', {'a': 'a', 'b': 'b'}, [word('a'), word('b'), '(assert (is_plain a b))'],
                     '(= (closed w) (plain_sum a b))', mutant, contract.add)


# What the rounding is given: a sign, a number that is not zero, an exponent of 13 bits.
ROUNDING = """
(declare-const sign_bit (_ BitVec 1))
(declare-const whole (_ BitVec 64))
(declare-const exponent (_ BitVec 13))
(assert (distinct whole (_ bv0 64)))"""
ROUNDED = {'sign': 'sign_bit', 'whole': 'whole', 'exponent': '((_ sign_extend 51) exponent)'}


def reference_round(mutant):
    """The rounding that add, mul and palog2 share."""
    return reference('rounding', 'round', ROUNDED,
                     [ROUNDING, word('nearest'), '(assert (is_nearest nearest whole))'],
                     f'(= w (scaled sign_bit nearest {ROUNDED["exponent"]}))', mutant,
                     lambda sign, whole, exponent: contract.rounded(sign, whole, exponent - (exponent >> 63 << 64)))


def reference_mul(mutant):
    """The product's rounding and all else of mul, the product of the significands being any number.

    The mutant is in something else than that product, for the solver does not know it.
    """
    return reference_word(
        'mul', 'ab', '(= w (mul a b nearest))', mutant,
        ['(define-fun product () (_ BitVec 64) (times (significand a) (significand b)))', word('nearest'),
         '(assert (distinct product (_ bv0 64)))', '(assert (is_nearest nearest product))'], logic=WITH_FUNCTIONS)


def reference_defined(mutant):
    """No function of the reference does on any word what C++ leaves undefined; paexp and palog are two of these each."""
    calls = {'pam': f'a b {COMP_WORD}', 'add': 'a b', 'mul': 'a b', 'round': ' '.join(ROUNDED.values()), 'padiv': 'a b',
             **{name: 'a' for name in ('pasqrt', 'paexp2', 'palog2')}}
    narrows = [f'narrow_{n}' for n in range(3, 24)]

    def query(sources):
        claims = [f'(cpp_{name}_defined {words})' for name, words in calls.items()]
        claims.append(f'(and {" ".join(f"(cpp_{name}_defined a)" for name in narrows)})')
        defined = f'(and {" ".join(claims)})'
        cases = [f'(and (not (cpp_add_defined a b)) {swapped} {alike})' for swapped in ('(not swapped)', 'swapped')
                 for alike in ('alike', '(not alike)')] + [f'(not {claim})' for claim in claims]
        return Query([Reference(sources, *calls, *narrows)], [word('a'), word('b'), COMP, ROUNDING, ADD_WAYS], defined,
                     {'a': 'a', 'b': 'b', 'word': f'(ite {defined} #b1 #b0)'}, cases, WITH_FUNCTIONS)

    return Theorem('C++, all of it defined', query, mutant, lambda case: 1)


# ---- Loose words (sumac_settle): what they stand for, zeros without a sign ----

SETTLED = """
(define-fun settled ((w (_ BitVec 32))) (_ BitVec 32)
  (ite (= ((_ extract 30 23) w) #x00) #x00000000
  (ite (= ((_ extract 30 23) w) #xff) (ite (= ((_ extract 22 22) w) #b1) nan_word (pack (sign w) inf_mag))
    w)))"""


def settled(loose):
    """settled() of Python's integers."""
    if loose >> 23 & 0xFF == 0xFF:
        return contract.NAN if loose >> 22 & 1 else loose & 0xFF800000
    return loose if loose >> 23 & 0xFF else 0


def settle(mutant):
    """sumac_settle gives the word that a loose word stands for."""
    def query(sources):
        machine = Machine(sources, 'sumac_settle')
        shown = {'loose': machine.port('loose_i', 's'), 'word': machine.port('word_o', 's')}
        return Query([machine], [SETTLED, machine.states(('s', {}))],
                     f'(= {shown["word"]} (settled {shown["loose"]}))', shown)

    return Theorem('settle', query, mutant, lambda case: settled(case['loose']))


def loosen(mutant):
    """sumac_loosen gives a loose word that stands for the binary32 word as the contract reads it."""
    def query(sources):
        machine = Machine(sources, 'sumac_loosen')
        word_in = machine.port('word_i', 's')
        shown = {'in': word_in, 'word': f'(settled {machine.port("loose_o", "s")})'}
        return Query([machine], [SETTLED, machine.states(('s', {}))],
                     f'(= {shown["word"]} (closed {word_in}))', shown)

    return Theorem('loosen', query, mutant, lambda case: contract.add(case['in'], 0))


def fadd_loose(mutant):
    """The loose sum stands for the sum of what loose operands stand for, but for a zero's sign."""
    def query(sources):
        words = Machine(sources, 'sumac_fadd', name='words', Depth=1)
        machine = Machine(sources, 'sumac_fadd', Depth=1, Loose=1)
        ports = {'a_i': '(settled a)', 'b_i': '(settled b)'}
        return Query(
            [words, machine],
            [SETTLED, word('a'), word('b'), sum_of(machine, 1),
             words.states(('t0', {'en_i': '#b1'} | ports), ('t1', {'en_i': '#b1'}))],
            f'(= (settled {machine.port("sum_o", "s1")}) (settled {words.port("sum_o", "t1")}))',
            {'a': '(settled a)', 'b': '(settled b)', 'word': f'(settled {machine.port("sum_o", "s1")})'})

    return Theorem('loose add, Depth 1 as add', query, mutant,
                   lambda case: settled(contract.add(case['a'], case['b'])))


# ---- fused: groups of four products ----

def fused_of(machine, psum, products, depth=1, prefix='s'):
    """States of sumac_fused that is given these terms and then anything, until their sum is due."""
    return machine.states(
        (f'{prefix}0', {'en_i': '#b1', 'psum_i': psum, 'products_i': f'(concat {" ".join(reversed(products))})'}),
        *((f'{prefix}{i}', {'en_i': '#b1'}) for i in range(1, depth + 1)))


def fused_depth(depth, mutant):
    """sumac_fused of this Depth gives the words of Depth 1, whatever it held and is given next."""
    def query(sources):
        one = Machine(sources, 'sumac_fused', name='one', Group=4, Depth=1)
        machine = Machine(sources, 'sumac_fused', Group=4, Depth=depth)
        products = [f'p{i}' for i in range(4)]
        return Query(
            [one, machine],
            [word('a'), *map(word, products), fused_of(one, 'a', products, 1, 't'),
             fused_of(machine, 'a', products, depth)],
            f'(= {machine.port("sum_o", f"s{depth}")} {one.port("sum_o", "t1")})',
            {**{name: name for name in ('a', *products)}, 'right': one.port('sum_o', 't1'),
             'word': machine.port('sum_o', f's{depth}')})

    return Theorem(f'fused4, Depth {depth} as Depth 1', query, mutant, lambda case: case['right'])


def signed(value, bits):
    """The integer, in two's complement, of a bit-vector that was read as one without a sign."""
    return value - (value >> (bits - 1) << bits)


# What sumac_fused_align's word adds to the sum, the one that a complement lacks with it.
ADDED = """
(define-fun field ((w (_ BitVec 32))) (_ BitVec 8) ((_ extract 30 23) w))
(define-fun added ((a (_ BitVec 28))) (_ BitVec 64)
  (bvadd ((_ sign_extend 36) a) ((_ zero_extend 63) ((_ extract 27 27) a))))"""


def added(aligned):
    """added() of Python's integers."""
    return signed(aligned, 28) + (aligned >> 27)


def fused_align(mutant):
    """sumac_fused_align of every term, and every exponent that is no less than its own, gives what adds the contract's
    integer with the term's sign; 0 for a zero."""
    def query(sources):
        machine = Machine(sources, 'sumac_fused_align')
        term, e, aligned = (machine.port(port, 's') for port in ('term_i', 'exp_i', 'aligned_o'))
        return Query(
            [machine],
            [ADDED, machine.states(('s', {})), f'(assert (bvuge {e} (field {term})))'],
            f'(= (added {aligned}) (ite (is_zero {term}) (_ bv0 64) (with_sign (sign {term}) (aligned {term} {e}))))',
            {'term': term, 'e': e, 'word': f'(added {aligned})'})

    return Theorem('fused align, every term', query, mutant,
                   lambda case: contract.fused_integer(case['term'], case['e']) % 2 ** 64)


FLAGS = ('special', 'minus', 'nan')


def fused_round(width, mutant):
    """sumac_fused_round gives a loose word for the NaN, the infinity or the sum S 2^(e-153), rounded: for every S."""
    def query(sources):
        machine = Machine(sources, 'sumac_fused_round', Width=width)
        shown = {'sum': machine.port('sum_i', 's'), 'e': machine.port('exp_i', 's'),
                 **{flag: machine.port(f'{flag}_i', 's') for flag in FLAGS},
                 'word': f'(settled {machine.port("loose_o", "s")})'}
        return Query(
            [machine],
            [SETTLED, machine.states(('s', {})), word('nearest'),
             f'(define-fun sum () (_ BitVec 64) ((_ sign_extend {64 - width}) {shown["sum"]}))',
             '(assert (is_nearest nearest (magnitude sum)))',
             f'(assert (bvuge {shown["special"]} {shown["nan"]}))'],
            '(= {word} (ite (= {special} #b1) (ite (= {nan} #b1) nan_word (pack {minus} inf_mag)) (rounded sum nearest {e})))'
            .format(**shown), shown)

    def expected(case):
        if case['special']:
            return contract.NAN if case['nan'] else case['minus'] << 31 | contract.INFINITY
        return contract.fused_rounded(signed(case['sum'], width), case['e'])

    return Theorem(f'fused round, Width {width}', query, mutant, expected)


# What the two theorems above say, of any functions: `integer` of a term that is not zero, `round` of a sum that is
# not. `has` and `is_within`: e is an exponent field, or no less than that, of a word that is not zero.
FUSED = """
(declare-fun integer ((_ BitVec 32) (_ BitVec 8)) (_ BitVec 64))
(declare-fun round ((_ BitVec 64) (_ BitVec 8)) (_ BitVec 32))
(define-fun summand ((w (_ BitVec 32)) (e (_ BitVec 8))) (_ BitVec 64) (ite (is_zero w) (_ bv0 64) (integer w e)))
(define-fun round_sum ((s (_ BitVec 64)) (e (_ BitVec 8))) (_ BitVec 32) (ite (= s (_ bv0 64)) #x00000000 (round s e)))
(define-fun has ((w (_ BitVec 32)) (e (_ BitVec 8))) Bool (and (not (is_zero w)) (= (field w) e)))
(define-fun is_within ((w (_ BitVec 32)) (e (_ BitVec 8))) Bool (or (is_zero w) (bvule (field w) e)))
(define-fun is_infinity ((w (_ BitVec 32)) (s (_ BitVec 1))) Bool (= w (pack s inf_mag)))"""


def parts_as_inputs(sources):
    """What sumac_fused takes of its parts and of its adders becomes inputs, what these give outputs."""
    file = FILES['fused']
    sources.substitute(file, r'^\) \($', """) (
  input  logic [(Group+1)*28-1:0] aligned,
  input  logic [27+$clog2(Group+1):0] sum,
  input  logic [31:0] loose,
  output logic [(Group+1)*28-1:0] aligned_o,
  output logic [27+$clog2(Group+1):0] added_o,
  output logic [31:0] loose_o,""")
    sources.replace(file, '.aligned_o(aln_aligned[i*28 +: 28])', '.aligned_o(aligned_o[i*28 +: 28])')
    sources.replace(file, '.d_i(add_sum)', '.d_i(sum)')
    sources.replace(file, '.loose_o  (rnd_loose)', '.loose_o')
    sources.substitute(file, '^endmodule$', """
  assign aln_aligned = aligned;
  assign added_o = add_sum;
  assign rnd_loose = loose;
endmodule""")


def fused(group, mutant):
    """sumac_fused of any loose words gives one for the contract's `fused` of what they stand for.

    By the two theorems above. Proved are of any aligned words that their sum is exact, of any terms that the exponent
    is the greatest, and from any function of the aligned words, in the place of the sum, on the word.
    """
    width = 28 + group.bit_length()
    terms = range(group + 1)

    def query(sources):
        parts_as_inputs(sources)
        machine = Machine(sources, 'sumac_fused', Group=group, Depth=1)
        lines = [SETTLED, ADDED, FUSED, f'(declare-const alignments (_ BitVec {28 * (group + 1)}))',
                 f'(declare-const sum (_ BitVec {width}))', word('loose'),
                 machine.states(('s0', {'en_i': '#b1', 'aligned': 'alignments', 'sum': 'sum', 'loose': 'loose'}), ('s1', {}))]
        given = {f'p{i}': f'((_ extract {32 * i + 31} {32 * i}) {machine.port("products_i", "s0")})' for i in range(group)}
        given['a'] = machine.port('psum_i', 's0')
        words = [f'w{i}' for i in terms]
        lines += [f'(define-fun {name} () (_ BitVec 32) (settled {term}))' for name, term in zip(words, given.values())]
        aligned = [f'((_ extract {28 * i + 27} {28 * i}) alignments)' for i in terms]

        # The parts: sumac_fused_align, the sum, sumac_fused_round.
        for i in terms:
            term, e = (machine.port(f'gen_align[{i}].u_align.{port}', 's0') for port in ('term_i', 'exp_i'))
            lines.append(f'(assert (=> (bvuge {e} (field {term})) (= (added {aligned[i]}) (summand {term} {e}))))')
        rnd_sum, e, special, minus, nan = (machine.port(f'u_round.{port}_i', 's0') for port in ('sum', 'exp', *FLAGS))
        rnd_sum = f'((_ sign_extend {64 - width}) {rnd_sum})'
        add_sum = machine.port('added_o', 's0')
        added_up = ' '.join(f'(added {each})' for each in aligned)
        lines += [f'(declare-fun total ({"(_ BitVec 64) " * (group + 1)}) (_ BitVec 64))',
                  f'(assert (= {rnd_sum} (total {added_up})))',
                  f'(assert (= (total {"(_ bv0 64) " * (group + 1)}) (_ bv0 64)))',
                  f'(assert (=> (bvuge {special} {nan}) (= (settled loose) (ite (= {special} #b1) '
                  f'(ite (= {nan} #b1) nan_word (pack {minus} inf_mag)) (round_sum {rnd_sum} {e})))))']

        # The sum, first in its own bits: in one step the solver had no answer in three minutes.
        in_bits = ' '.join(f'(bvadd ((_ sign_extend {width - 28}) {each}) '
                           f'((_ zero_extend {width - 1}) ((_ extract 27 27) {each})))' for each in aligned)
        lines += [f'(define-fun wraps () Bool (= {add_sum} (bvadd {in_bits})))',
                  f'(define-fun exact () Bool (and wraps '
                  f'(= ((_ sign_extend {64 - width}) (bvadd {in_bits})) (bvadd {added_up}))))']

        # The contract.
        def of_all(operator, predicate, *more):
            return f'({operator} {" ".join("(" + " ".join((predicate, each, *more)) + ")" for each in words)})'

        right = f'(round_sum (total {" ".join(f"(summand {each} {e})" for each in words)}) {e})'
        lines += [f'(define-fun zeros () Bool {of_all("and", "is_zero")})',
                  f'(define-fun greatest () Bool (or zeros (and {of_all("or", "has", e)} {of_all("and", "is_within", e)})))',
                  f'(define-fun plus () Bool {of_all("or", "is_infinity", "#b0")})',
                  f'(define-fun minus () Bool {of_all("or", "is_infinity", "#b1")})',
                  f"""(define-fun fused () (_ BitVec 32)
                    (ite (or {of_all('or', 'is_nan')} (and plus minus)) nan_word
                    (ite plus (pack #b0 inf_mag)
                    (ite minus (pack #b1 inf_mag)
                    (ite zeros #x00000000 {right})))))"""]
        result = f'(settled {machine.port("sum_o", "s1")})'
        shown = {**dict(zip(given, words)), **{f'aligned {i}': each for i, each in enumerate(aligned)}, 'right': right,
                 'word': f'(concat ((_ sign_extend {64 - width}) {add_sum}) {e} {result})'}
        return Query([machine], lines, f'(and exact greatest (= {result} fused))', shown,
                     ['(not wraps)', '(not exact)', '(not greatest)', f'(= {special} #b1)'], WITH_FUNCTIONS)

    def expected(case):
        words = [case[name] for name in (*(f'p{i}' for i in range(group)), 'a')]
        total = sum(added(case[f'aligned {i}']) for i in terms) % 2 ** 64
        fields = {each >> 23 & 0xFF for each in words}
        # Other words are of any function in the place of the rounding.
        right = contract.fused(*words) if 0xFF in fields or fields == {0} else case['right']
        return total << 40 | max(fields) << 32 | right

    return Theorem(f'fused{group}, of its parts', query, mutant, expected)


# ---- The processing element, with its edges (prove_pe.sv) ----

PE = 'u_array.gen_row[0].gen_col[0].u_pe.'


def narrow(name, man_bits):
    """Of a word declared by word(): the upper bits that the format has, and the word that they mean."""
    bits = f'((_ extract 31 {23 - man_bits}) {name})'
    return bits, bits if man_bits == 23 else f'(concat {bits} (_ bv0 {23 - man_bits}))'


def beats(machine, depth, w='w', a='a', next_a='b', x='x', next_x='y'):
    """Cycle 0: the loader takes weight w. Cycle 1: a tile's first beat, activation a; 2: next_a.
    Cycle 4: x is a's partial sum; 5: next_x is next_a's. All else is open, further weights too.
    """
    given = [{} for _ in range(7 + depth)]
    given[0] |= {'wgt_valid_i': '#b1', 'wgt_data_i': w}
    given[1] |= {'first_i': '#b1', 'act_data_i': a}
    given[2] |= {'first_i': '#b0', 'act_data_i': next_a}
    given[4] |= {'psum_i': x}
    given[5] |= {'psum_i': next_x}
    states = [(f's{i}', {'rst_ni': '#b1', 'en_i': '#b1'} | inputs) for i, inputs in enumerate(given)]
    return [machine.states(*states), f'(assert (= #b1 {machine.port("wgt_ready_o", "s0")}))']


def pe_product(man_bits, comp, mutant):
    """The adder of the processing element is given loose words for pam(a, w) and then pam(b, w), three
    and four cycles after the activations."""
    def query(sources):
        machine = Machine(sources, 'prove_pe', ManBits=man_bits, Comp=comp)
        (w, wide_w), (a, wide_a), (b, wide_b) = (narrow(name, man_bits) for name in 'wab')
        product = [f'(settled {machine.port(f"{PE}u_add.b_i", state)})' for state in ('s4', 's5')]
        comp_term = f'(_ bv{comp} 23)'
        return Query(
            [machine], [SETTLED, *map(word, 'wabxy'), *beats(machine, 0, w, a, b)],
            f'(= (concat {product[0]} {product[1]}) '
            f'(concat (pam {wide_a} {wide_w} {comp_term}) (pam {wide_b} {wide_w} {comp_term})))',
            {'w': wide_w, 'a': wide_a, 'b': wide_b, 'word': f'(concat {product[0]} {product[1]})'})

    return Theorem(f'PE product, ManBits {man_bits}, comp {comp:#x}', query, mutant,
                   lambda case: (contract.pam(case['a'], case['w'], comp) << 32 |
                                 contract.pam(case['b'], case['w'], comp)))


def pe_sum(depth, mutant):
    """sum_o of the processing element, AddDepth edges on, stands for what the loose adder of Depth 1 gives
    of psum_i and of the product."""
    def query(sources):
        one = Machine(sources, 'sumac_fadd', name='one', Depth=1, Loose=1)
        machine = Machine(sources, 'sumac_pe', AddDepth=depth)
        product = machine.port('u_add.b_i', 's0')
        return Query(
            [one, machine],
            [SETTLED, word('a'),
             machine.states(('s0', {'en_i': '#b1', 'psum_i': 'a'}),
                            *((f's{i}', {'en_i': '#b1'}) for i in range(1, depth + 1))),
             f'(define-fun b () (_ BitVec 32) {product})', sum_of(one, 1, 't')],
            f'(= (settled {machine.port("sum_o", f"s{depth}")}) (settled {one.port("sum_o", "t1")}))',
            {'a': '(settled a)', 'b': '(settled b)', 'word': f'(settled {machine.port("sum_o", f"s{depth}")})'})

    return Theorem(f'PE sum, AddDepth {depth}', query, mutant,
                   lambda case: settled(contract.add(case['a'], case['b'])))


def pe_keeps(signals, name, idle, mutant):
    """What the processing element holds stays while `idle` is 0: for any number of cycles."""
    def query(sources):
        machine = Machine(sources, 'sumac_pe', AddDepth=4)
        before, after = (
            f'(concat {" ".join(machine.port(signal, state) for signal in signals)})' if signals
            else machine.registers(state) for state in ('s0', 's1'))
        return Query([machine], [machine.states(('s0', {idle: '#b0'}), ('s1', {}))],
                     f'(= {before} {after})', {'before': before, 'word': after})

    return Theorem(name, query, mutant, lambda case: case['before'])


# ---- A column: the fold, by induction over its rows ----

def wiring(mutant):
    """In an array a row's partial sum is the sum of the row above, the first row's is given, and the last row's sum
    is settled: for every row that has one above and one below."""
    def query(sources):
        machine = Machine(sources, 'sumac_array', Rows=3, Cols=1)

        def row(number, signal):
            return machine.port(f'gen_row[{number}].gen_col[0].u_pe.{signal}', 's')

        given = [machine.port('psum_i', 's'), row(0, 'sum_o'), row(1, 'sum_o'), f'(settled {row(2, "sum_o")})']
        taken = [row(0, 'psum_i'), row(1, 'psum_i'), row(2, 'psum_i'), machine.port('sum_o', 's')]
        shown = {'given': f'(concat {" ".join(given)})', 'word': f'(concat {" ".join(taken)})'}
        return Query([machine], [SETTLED, machine.states(('s', {}))], f'(= {shown["given"]} {shown["word"]})', shown)

    return Theorem('array, sums go down', query, mutant, lambda case: case['given'])


def column(mutant):
    """A column is the fold: column.smt2, from the lemmas that it lists."""
    def query(sources):
        return Query([], [SETTLED, (sources.folder / 'column.smt2').read_text()], 'column',
                     {'acc': 'acc', 'product': 'product', 'psum': 'psum', 'word': '(ite column #b1 #b0)'}, logic=WITH_FUNCTIONS)

    return Theorem('column, by induction', query, mutant, lambda case: 1)


# ---- The FIFO ----

def fifo(mutant):
    """A step of sumac_fifo is a step of a queue of at most two words, from every state that stands for one."""
    def query(sources):
        machine = Machine(sources, 'sumac_fifo')
        lines = [machine.states(('s0', {'rst_ni': '#b1'}), ('s1', {'rst_ni': '#b1'}))]
        # A queue as 66 bits: how many words, the first, the second; +0 where there is none.
        for now, state in (('before', 's0'), ('after', 's1')):
            count, head, tail = (machine.port(signal, state) for signal in ('count_q', 'head_q', 'tail_q'))
            lines.append(f'(define-fun {now} () (_ BitVec 66) (concat {count} '
                         f'(ite (= {count} #b00) #x00000000 {head}) (ite (= {count} #b10) {tail} #x00000000)))')
        shown = {'before': 'before', **{port: machine.port(port, 's0') for port in (
            'in_valid_i', 'in_ready_o', 'in_data_i', 'out_valid_o', 'out_ready_i', 'out_data_o')}, 'word': 'after'}
        lines += [f'(define-fun {name} () Bool (and (= #b1 {shown[valid]}) (= #b1 {shown[ready]})))'
                  for name, valid, ready in (('pushes', 'in_valid_i', 'in_ready_o'), ('pops', 'out_valid_o', 'out_ready_i'))]
        lines += ["""
            (define-fun count ((q (_ BitVec 66))) (_ BitVec 2) ((_ extract 65 64) q))
            (define-fun first ((q (_ BitVec 66))) (_ BitVec 32) ((_ extract 63 32) q))
            (define-fun second ((q (_ BitVec 66))) (_ BitVec 32) ((_ extract 31 0) q))
            (define-fun popped () (_ BitVec 66)
              (ite pops (concat (bvsub (count before) #b01) (second before) #x00000000) before))
            (define-fun pushed () (_ BitVec 66)
              (ite pushes (ite (= (count popped) #b00) (concat #b01 IN #x00000000)
                                                     (concat #b10 (first popped) IN)) popped))
            (assert (distinct (count before) #b11))""".replace('IN', shown['in_data_i'])]
        return Query([machine], lines, f"""(and (= after pushed)
            (= (= #b1 {shown['in_ready_o']}) (distinct (count before) #b10))
            (= (= #b1 {shown['out_valid_o']}) (distinct (count before) #b00))
            (=> (distinct (count before) #b00) (= {shown['out_data_o']} (first before))))""", shown)

    def expected(case):
        count, words = case['before'] >> 64, [case['before'] >> 32 & 0xFFFFFFFF, case['before'] & 0xFFFFFFFF]
        words = words[:count]
        if case['out_valid_o'] and case['out_ready_i']:
            words = words[1:]
        if case['in_valid_i'] and case['in_ready_o']:
            words.append(case['in_data_i'])
        return len(words) << 64 | sum(value << shift for value, shift in zip(words, (32, 0)))

    return Theorem('FIFO is a queue of two', query, mutant, expected)


# ---- The interlock's marks ----

def scoreboard(mutant):
    """A step of sumac_scoreboard from every state, for every row: its mark is what the last beat that
    set it, or the last clear of it, has made it; set wins; no other row's beat changes it."""
    def query(sources):
        machine = Machine(sources, 'sumac_scoreboard')
        lines = ['(declare-const row (_ BitVec 8))',
                 machine.states(('s0', {'rst_ni': '#b1'}), ('s1', {'rst_ni': '#b1'}))]
        for now, state in (('before', 's0'), ('after', 's1')):
            lines.append(f'(define-fun {now} () (_ BitVec 1) ((_ extract 0 0) '
                         f'(bvlshr {machine.port("pending_q", state)} ((_ zero_extend 248) row))))')
        shown = {'row': 'row', 'before': 'before', **{port: machine.port(port, 's0') for port in (
            'en_i', 'row_i', 'set_i', 'clear_i', 'clear_row_i')}}
        # What is answered for the row, where it is asked for.
        answer = f'(ite (= {shown["row_i"]} row) {machine.port("busy_o", "s0")} before)'
        shown['word'] = f'(concat after {answer})'
        return Query([machine], lines, f"""(= {shown['word']} (concat
            (ite (= #b0 {shown['en_i']}) before
              (ite (and (= #b1 {shown['set_i']}) (= {shown['row_i']} row)) #b1
                (ite (and (= #b1 {shown['clear_i']}) (= {shown['clear_row_i']} row)) #b0 before)))
            before))""", shown)

    def expected(case):
        after = case['before']
        if case['en_i']:
            if case['clear_i'] and case['clear_row_i'] == case['row']:
                after = 0
            if case['set_i'] and case['row_i'] == case['row']:
                after = 1
        return after << 1 | case['before']

    return Theorem('scoreboard, every row', query, mutant, expected)


NARROW_MUTANTS = [
    Mutant(HEADERS['narrow'], 'return w & kSignBit;', 'return 0;'),  # the only one that n = 23 sees, with NaN's
    Mutant(HEADERS['narrow'], '(kept & unit) != 0', '(kept & unit) == 0'),
    Mutant(HEADERS['narrow'], 'rest > unit / 2', 'rest >= unit / 2'),
    Mutant(HEADERS['narrow'], 'kMantissaBits - mantissa_bits;', 'kMantissaBits - 1 - mantissa_bits;'),
    Mutant(HEADERS['word'], 'return Magnitude(w) > kInfinity;', 'return Magnitude(w) > kNaN;'),
]

THEOREMS = [
    *(pam(man_bits, PAM_MUTANTS[i % len(PAM_MUTANTS)])
      for i, man_bits in enumerate(range(23, 2, -1))),
    *(pam(man_bits, PAM_MUTANTS[(3 * i + j) % 7], comp)
      for i, man_bits in enumerate((23, 10, 7)) for j, comp in enumerate((0, 0x710CB, 0x80000))),
    # Mutants that show on words of which no product is needed: the solver makes it up.
    *(mul(man_bits, Mutant(FILES['special'], old, new)) for man_bits, old, new in (
        (23, '(a_code_i[0] ^ b_code_i[0])', '(a_code_i[0] & ~b_code_i[0])'), (10, 'top_o  = a_top | b_top', 'top_o  = a_top'),
        (7, '(a_code_i[0] ^ b_code_i[0])', '(~a_code_i[0] & b_code_i[0])'), (3, 'top_o  = a_top | b_top', 'top_o  = b_top'))),
    *(fadd_depth(depth, Mutant(FILES['fadd'], f'.Register(Depth {when})) {stage}', f'.Register(0)) {stage}'))
      for depth, when, stage in ((2, '>= 2', 'u_add_mag'), (3, '>= 3', 'u_aln_flags'), (4, '== 4', 'u_nrm_flags'))),
    fadd(1, Mutant(FILES['normalise'], 'by1[3] & (by1[4]', 'by1[3] & (~by1[4]')),
    # Of what both adders have a mutant would say nothing.
    fadd_loose(Mutant(FILES['fadd'], 'assign word_b = b_i;', 'assign word_b = a_i;')),
    *(fused_depth(depth, Mutant(FILES['fused'], f'.Register(Depth {when})) {stage}', f'.Register(0)) {stage}'))
      for depth, when, stage in ((2, '>= 2', 'u_add_sum'), (3, '>= 3', 'u_aln_flags'), (4, '== 4', 'u_ord_terms'))),
    fused_align(Mutant(FILES['fused_align'], 'distance[2] & (|x2[3:0])', 'distance[2] & (|x2[3:1])')),
    fused_round(31, Mutant(FILES['fused_round'], 'half | (~more & by1[N-24])', 'half')),
    fused_round(32, Mutant(FILES['fused_round'], '{by4[N-3:0], {2{fill}}}', "{by4[N-3:0], 2'b00}")),
    fused_round(33, Mutant(FILES['fused_round'], '(~by1[N-1] & ~last)', '(~by1[N-1])')),
    fused(4, Mutant(FILES['fused'], "Width'(add_aligned[i*28+27])", "Width'(add_aligned[i*28])")),
    fused(8, Mutant(FILES['fused'], 'node[(2*i+1)*8 +: 8] > node', 'node[(2*i+1)*8 +: 8] < node')),
    settle(Mutant(FILES['settle'], '& ~is_nan &', '&')),
    loosen(Mutant(FILES['loosen'], '(|word_i[21:0])', '(|word_i[21:1])')),
    pe_keeps([], 'PE, all kept without en_i', 'en_i',
             Mutant(FILES['stage'], 'if (en_i) value_q', 'value_q')),
    pe_keeps(['active_flags_q', 'active_offset_q'], 'PE, weight kept without swap_i', 'swap_i',
             Mutant(FILES['pe'], 'en_i && swap_i', 'en_i')),
    *(pe_product(man_bits, comp, mutant) for man_bits, comp, mutant in (
        (23, 0, Mutant(FILES['pe'], 'en_i && load_i', 'en_i && swap_i')),
        (23, 0x710CB, Mutant(FILES['pe'], 'en_i && swap_i', 'en_i && load_i')),
        (10, 0x710CB, Mutant(FILES['loader'], '.First(1)) u_skew_offset', '.First(2)) u_skew_offset')),
        (7, 0x710CB, Mutant(FILES['classify'], "exponent == '0;", "{exponent, mantissa} == '0;")),
        (3, 0x80000, Mutant(FILES['pe'], 'active_flags_q  <= shadow_flags_q', 'active_flags_q  <= wgt_flags_i')))),
    *(pe_sum(depth, mutant) for depth, mutant in enumerate((
        Mutant(FILES['pe'], '.a_i  (psum_i)', '.a_i  (product_q)'),
        Mutant(FILES['pe'], '.Depth(AddDepth)', '.Depth(AddDepth - 1)'),
        Mutant(FILES['fadd'], '.Register(Depth >= 3)) u_aln_small', '.Register(0)) u_aln_small'),
        Mutant(FILES['fadd'], '.Register(Depth == 4)) u_nrm_mantissa', '.Register(0)) u_nrm_mantissa')), 1)),
    reference_pam(Mutant(HEADERS['pam'], 'magnitude < kMinNormal', 'magnitude <= kMinNormal')),
    *(reference_narrow(man_bits, NARROW_MUTANTS[i % len(NARROW_MUTANTS)]) for i, man_bits in enumerate(range(23, 2, -1))),
    reference_round(Mutant(HEADERS['round'], '(rest == half && (significand & 1) != 0)', '(rest == half)')),
    reference_add(Mutant(SOURCES['add'], 'large + small', 'large | small')),
    reference_add_commutes(Mutant(SOURCES['add'], 'return IsInfinite(a) ? a : b;', 'return IsInfinite(a) ? a : kInfinity;')),
    reference_add_closed(Mutant(SOURCES['add'], 'if (IsZero(b)) return a;', 'if (IsZero(b)) return b;')),
    reference_add_plain(Mutant(SOURCES['add'], 'if (IsZero(a)) return b;', 'if (IsZero(a)) return (a & kSignBit) ^ b;')),
    reference_mul(Mutant(SOURCES['mul'], 'IsZero(b)) return sign;', 'IsZero(b)) return 0;')),
    reference_word('padiv', 'ab', '(= w (padiv a b))',
                   Mutant(HEADERS['piecewise_affine'], 'IsInfinite(b) || IsZero(a)', 'IsZero(a)')),
    reference_word('pasqrt', 'a', '(= w (pasqrt a))',
                   Mutant(HEADERS['piecewise_affine'], '(a + kOne) >> 1', '(a + kOne + 1) >> 1')),
    reference_word('paexp2', 'a', '(= w (paexp2 a))',
                   Mutant(HEADERS['piecewise_affine'], 'negative ? -units : units', 'negative ? ~units : units')),
    reference_word('palog2', 'a', '(is_palog2 w a)',
                   Mutant(HEADERS['piecewise_affine'], 'units < 0 ? -units : units', 'units < 0 ? ~units : units')),
    reference_word('paexp', 'a', '(= w (paexp2 (pam a #x3FB8AA3B (_ bv0 23))))',
                   Mutant(HEADERS['piecewise_affine'], 'Paexp2(Pam(a, kLog2E))', 'Pam(Paexp2(a), kLog2E)')),
    reference_word('palog', 'a', '(= w (pam log #x3F317218 (_ bv0 23)))',
                   Mutant(HEADERS['piecewise_affine'], 'kLn2 = 0x3F317218u', 'kLn2 = 0x3F317217u'),
                   [word('log'), '(assert (is_palog2 log a))']),
    reference_defined(Mutant(SOURCES['add'], 'kMaxDistance = 37', 'kMaxDistance = 64')),
    wiring(Mutant('sumac_array.sv', 'gen_row[r-1].gen_col[c].sum;', "gen_row[r-1].gen_col[c].sum & ~32'd1;")),
    column(Mutant('column.smt2', '(assert (plain (closed acc) (closed product)))', '')),
    fifo(Mutant('sumac_fifo.sv', "if (pop || count_q == 2'd0)", 'if (pop)')),
    scoreboard(Mutant('sumac_scoreboard.sv', 'if (set_i) pending_q', 'if (set_i && !clear_i) pending_q')),
]
