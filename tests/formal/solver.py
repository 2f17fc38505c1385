# SPDX-License-Identifier: Apache-2.0
"""Asks cvc5 whether a statement can fail."""

import pathlib
import re
import subprocess

CONTRACT = (pathlib.Path(__file__).resolve().parent / 'contract.smt2').read_text()


class Query:
    """Machines, declarations and premises; `claim` is what has to follow from them.

    The solver is asked for each of `cases` alone, without those before it, and at last for what is
    in none of them: they need not be disjoint, nor be all.
    """

    def __init__(self, machines, lines, claim, shown, cases=(), logic='QF_BVFP'):
        self.text = '\n'.join([
            f'(set-logic {logic})', CONTRACT, *(machine.text for machine in machines), *lines,
            f'(assert (not {claim}))'])
        self.cases = cases
        self.shown = shown  # name: term, the words of a counterexample

    def counterexample(self):
        """None where the claim is proved; else the shown words of a case in which it fails."""
        not_before = ''
        for case in (*self.cases, 'true'):
            found = self._ask(f'{self.text}{not_before}\n(assert {case})\n(check-sat)\n')
            if found:
                return found
            not_before += f'\n(assert (not {case}))'
        return None

    def _ask(self, text, timeout=900):
        values = ''.join(f'(get-value ({term}))' for term in self.shown.values())
        # Without bool-to-bv the adder takes seven times as long.
        done = subprocess.run(
            ['nice', '-n', '10', 'cvc5', '--lang=smt2', '--produce-models', '--bool-to-bv=all',
             f'--tlimit={timeout * 1000}', '-'],
            input=text + values, capture_output=True, text=True)
        answer, _, rest = done.stdout.partition('\n')
        if answer == 'unsat':
            return None
        if answer != 'sat':
            raise Undecided(answer or done.stderr.strip() or 'no answer')
        words = re.findall(r'#b([01]+)\)\)$', rest, re.M)
        assert len(words) == len(self.shown), rest
        return {name: int(word, 2) for name, word in zip(self.shown, words)}


class Undecided(Exception):
    pass
