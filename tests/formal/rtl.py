# SPDX-License-Identifier: Apache-2.0
"""RTL modules as SMT-LIB functions of their state, by Yosys."""

import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
RTL = ROOT / 'rtl'
FORMAL = pathlib.Path(__file__).resolve().parent


class Sources:
    """A copy of rtl/, of the reference (model/) and of this folder's sources; edits change the copy."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = [*(RTL / 'sumac.f').read_text().split()]
        for file in self.files:
            shutil.copy(RTL / file, self.folder)
        for file in RTL.glob('*.svh'):  # what they include
            shutil.copy(file, self.folder)
        for file in FORMAL.glob('*.sv'):
            shutil.copy(file, self.folder)
            self.files.append(file.name)
        shutil.copytree(ROOT / 'model', self.folder / 'model')
        for file in (*FORMAL.glob('*.cc'), FORMAL / 'column.smt2'):
            shutil.copy(file, self.folder)
        shutil.copy(FORMAL / 'terms.h', self.folder / 'model' / 'integers.h')

    def replace(self, file, old, new):
        """Puts `new` in the place of `old`, which has to be there exactly once."""
        path = self.folder / file
        text = path.read_text()
        if text.count(old) != 1:
            raise SystemExit(f'prove: {file} has {text.count(old)} times: {old}')
        path.write_text(text.replace(old, new))

    def substitute(self, file, pattern, new):
        """The same with a regular expression."""
        path = self.folder / file
        text, count = re.subn(pattern, new, path.read_text(), flags=re.MULTILINE)
        if count != 1:
            raise SystemExit(f'prove: {file} has {count} times: {pattern}')
        path.write_text(text)

    def yosys(self, script):
        done = subprocess.run(
            ['yosys', '-q', '-p', f'read_verilog -sv -D SYNTHESIS {" ".join(self.files)}; {script}'],
            cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f'prove: Yosys: {done.stderr or done.stdout}')


class Machine:
    """One RTL module: a state holds its inputs and its registers; a step is a clock edge."""

    def __init__(self, sources, module, name=None, **parameters):
        self.name = name or module
        out = sources.folder / f'{self.name}.smt2'
        values = ' '.join(f'-chparam {key} {value}' for key, value in parameters.items())
        # Enables and synchronous resets as multiplexers, which write_smt2 asks for.
        sources.yosys(
            f'hierarchy -check -top {module} {values}; rename -top {self.name}; proc; flatten; '
            'check -assert; async2sync; opt -full -nodffe -nosdff; dffunmap; '
            f'write_smt2 -stbv -wires {out.name}')
        self.text = out.read_text()
        self._bits = {signal: int(bits) for signal, bits in
                      re.findall(r'^; yosys-smt2-wire (\S+) (\d+)$', self.text, re.M)}
        # What a state consists of, the upper bits first: function, upper bit, lower bit, signal, its slice.
        # Signals that are only used side by side are one field, without a name.
        self._fields = sorted(
            ((name, int(upper), int(lower), signal, slice_)
             for name, upper, lower, signal, slice_ in re.findall(
                 r'^\(define-fun (\|[^|]*\|) \(\(state \S+\)\) .*\(\(_ extract (\d+) (\d+)\) state\)'
                 r'[^;\n]*\)(?: ; (?:\{.*\}|\\?(\S+)(?: \[([\d:]+)\])?))?$', self.text, re.M)),
            key=lambda field: -field[1])
        width = int(re.search(r'^\(define-sort \S+ \(\) \(_ BitVec (\d+)\)\)$', self.text, re.M)[1])
        assert width == sum(upper - lower + 1 for _, upper, lower, _, _ in self._fields), self._fields
        transition = self.text[self.text.index(f'(define-fun |{self.name}_t| '):]
        self._next = {register: value for value, register in
                      re.findall(r'\(= (.*) \((\|[^|]*\|) next_state\)\)', transition)}
        assert len(self._next) == transition.count(' next_state))'), transition

    def states(self, *given):
        """Declares states, each a step after the one before: of each the name, and the values of some inputs.

        All other inputs of each, and all registers of the first, are left open. A state is written
        as a function of the one before, not as a relation: so the solver sees it through.
        """
        lines, before = [], None
        for state, inputs in given:
            parts = []
            for name, upper, lower, signal, slice_ in self._fields:
                if before and name in self._next:
                    value = self._next[name].replace(' state)', f' {before})')
                    parts.append(value)
                elif signal in inputs:
                    high, _, low = (slice_ or f'{upper - lower}:0').partition(':')
                    parts.append(f'((_ extract {high} {low or high}) {inputs[signal]})')
                else:
                    part = f'|{self.name} {state} {lower}|'
                    lines.append(f'(declare-const {part} (_ BitVec {upper - lower + 1}))')
                    parts.append(part)
            assert set(inputs) <= {field[3] for field in self._fields}, inputs
            lines.append(f'(define-fun {state} () |{self.name}_s| (concat {" ".join(parts)}))')
            before = state
        return '\n'.join(lines)

    def port(self, signal, state):
        """The value of a port or of a wire inside, a bit-vector."""
        value = f'(|{self.name}_n {signal}| {state})'
        return f'(ite {value} #b1 #b0)' if self._bits[signal] == 1 else value

    def registers(self, state):
        """The values of all registers, one bit-vector."""
        registers = [f'({name} {state})' for name, *_ in self._fields if name in self._next]
        return f'(concat {" ".join(registers)})' if len(registers) > 1 else registers[0]
