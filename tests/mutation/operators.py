# SPDX-License-Identifier: Apache-2.0
"""Single-point mutants of a SystemVerilog module's text: every place of every expression, in order.

Expressions are the right sides of assignments and localparams, conditions of `if`, and what is
connected to inputs and parameters of instances. In them
  operator   + - & | ^ == != < <= > >= << >> && || becomes another one
  reduction  & and | of all bits are exchanged
  inversion  ~ or ! is dropped
  arms       the condition of a ternary is turned round
  constant   a number or literal is one more, or one less
  index      a parameter is taken one more, or one less
  inverted, stuck at 0, stuck at 1   an operand
and of statements
  dropped    a register is not written
Left out: comments, ports, the checks of illegal parameters (tests/rtl/check-rtl holds those), and
what gathers unused signals.
"""

import dataclasses
import re

BINARY = {'+': '-', '-': '+', '&': '|^', '|': '&^', '^': '&|', '==': ['!='], '!=': ['=='], '<': ['<='], '<=': ['<'],
          '>': ['>='], '>=': ['>'], '<<': ['>>'], '>>': ['<<'], '&&': ['||'], '||': ['&&']}
TOKEN = re.compile(r"""(?P<literal>\d+'[bdh][0-9a-fA-F_]+|'[01](?!\w)) | (?P<cast>\w+'(?=\()) | (?P<number>\b\d+\b)
                       | (?P<name>\$?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
                       | (?P<operator><<|>>|<=|>=|==|!=|&&|\|\||[-+*&|^~!<>?]) | (?P<other>\S)""", re.X)


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    start: int  # of what is replaced in the file's text, and its end
    end: int
    new: str
    kind: str
    line: int
    old: str

    @property
    def name(self):
        return f'{self.file}:{self.line} {self.kind}: {self.old or "nothing"} -> {self.new or "nothing"} (at {self.start})'

    def apply(self, text):
        return text[:self.start] + self.new + text[self.end:]


def _blank(match):
    return re.sub(r'[^\n]', ' ', match[0])


def _balanced(text, start):
    """The end of the bracketed text that begins before `start`: where its bracket closes."""
    depth = 1
    for i in range(start, len(text)):
        depth += {'(': 1, ')': -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise ValueError('brackets do not match')


def _expressions(text):
    """(start, end) of each."""
    found = [match.span(1) for match in re.finditer(r'\bassign\s[^=;]*=([^;]*);', text)]
    found += [match.span(1) for match in re.finditer(r'\blocalparam\s[^=;]*=([^;]*);', text)]
    found += [match.span(1) for match in re.finditer(r'\b\w+_q\s*<=([^;]*);', text)]
    # In always_comb: not the start of a loop.
    found += [match.span(1) for match in re.finditer(r'(?<!int )(?<!genvar )\b\w+(?:\[[^];]*\])? +=([^;=][^;]*);', text)]
    for match in re.finditer(r'\bif \(', text):
        found.append((match.end(), _balanced(text, match.end())))
    # Ports named ..._o are outputs: an operand there is written.
    for match in re.finditer(r'\.([A-Za-z]\w*)\s*\(', text):
        if not match[1].endswith('_o') and match[1] != 'clk_i':
            found.append((match.end(), _balanced(text, match.end())))
    return sorted(set(found))


def _literal(token, step):
    if token in ("'0", "'1"):
        return "'1" if token == "'0" else "'0"
    width, base, digits = re.fullmatch(r"(\d+)'([bdh])(\w+)", token).groups()
    radix = {'b': 2, 'd': 10, 'h': 16}[base]
    value = (int(digits.replace('_', ''), radix) + step) % (1 << int(width))
    return f"{width}'d{value}"


def _in(text, start, end):
    """(start, end, new, kind) of the mutants of one expression."""
    operand_before = False
    depth = 0  # of index brackets
    for match in TOKEN.finditer(text, start, end):
        at, token, kind = match.span(), match[0], match.lastgroup
        if kind == 'operator':
            if operand_before and token in BINARY and text[at[1]] != ':':
                for other in BINARY[token]:
                    yield *at, other, 'operator'
            elif token == '?':
                yield at[0], at[0], '== 0 ', 'arms'
            elif not operand_before and token in '~!':
                yield *at, '', 'inversion'
            elif not operand_before and token in '&|':
                yield *at, '|' if token == '&' else '&', 'reduction'
            operand_before = False
        elif kind == 'literal':
            for new in dict.fromkeys(_literal(token, step) for step in (1, -1)):
                yield *at, new, 'constant'
            operand_before = True
        elif kind == 'number':
            yield *at, str(int(token) + 1), 'constant'
            if int(token) > 0:
                yield *at, str(int(token) - 1), 'constant'
            operand_before = True
        elif kind == 'name':
            operand_before = True
            if token[0] == '$':
                continue
            if token[0].isupper():
                yield *at, f'({token} + 1)', 'index'
                yield *at, f'({token} - 1)', 'index'
            elif depth == 0:
                last = at[1]
                if text[last] == '[':
                    last = text.index(']', last) + 1
                operand = text[at[0]:last]
                yield at[0], last, f'(~{operand})', 'inverted'
                yield at[0], last, f"({operand} & 1'b0)", 'stuck at 0'
                yield at[0], last, f'({operand} | ~{operand})', 'stuck at 1'
        elif kind == 'other':
            depth += {'[': 1, ']': -1}.get(token, 0)
            operand_before = token in ')]}'


def mutants_of(file, text):
    """All mutants of the text, in its order."""
    plain = re.sub(r'//[^\n]*', _blank, text)
    plain = re.sub(r'\bif \([^;]*?begin : gen_illegal.*?\n  end\n', _blank, plain, flags=re.S)
    plain = re.sub(r'\bassign unused\b[^;]*;', _blank, plain)
    header = plain.index(');\n')
    body = ' ' * header + plain[header:] if '\n' not in plain[:header] else \
        re.sub(r'[^\n]', ' ', plain[:header]) + plain[header:]
    found = {}
    for start, end in _expressions(body):
        for first, last, new, kind in _in(body, start, end):
            found.setdefault((first, last, new), kind)
    for match in re.finditer(r'\b\w+_q\s*<=[^;]*;', body):
        found.setdefault((*match.span(), ';'), 'dropped')
    return [Mutant(file, start, end, new, kind, text.count('\n', 0, start) + 1, ' '.join(text[start:end].split()))
            for (start, end, new), kind in sorted(found.items())]
