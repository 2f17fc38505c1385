# SPDX-License-Identifier: Apache-2.0
"""RTL modules as SMT-LIB functions of their state, by Yosys."""

import pathlib
import re
import shutil
import subprocess

RTL = pathlib.Path(__file__).resolve().parents[2] / 'rtl'
FORMAL = pathlib.Path(__file__).resolve().parent


class Sources:
    """A copy of rtl/ and of this folder's modules; edits change the copy."""

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
        self._bits = {port: int(bits) for port, bits in
                      re.findall(r'^; yosys-smt2-(?:in|out)put (\S+) (\d+)$', self.text, re.M)}

    def states(self, *names):
        """Declares these states, each a step after the one before."""
        lines = [f'(declare-const {state} |{self.name}_s|)' for state in names]
        lines += [f'(assert (|{self.name}_t| {now} {then}))' for now, then in zip(names, names[1:])]
        return '\n'.join(lines)

    def port(self, port, state):
        """A port's value, a bit-vector."""
        value = f'(|{self.name}_n {port}| {state})'
        return f'(ite {value} #b1 #b0)' if self._bits[port] == 1 else value

    def is_set(self, port, state):
        assert self._bits[port] == 1
        return f'(|{self.name}_n {port}| {state})'

    def registers(self, state):
        """The values of all registers."""
        transition = self.text[self.text.index(f'(define-fun |{self.name}_t| '):]
        found = re.findall(r'(\(\|[^|]*\|) next_state\)', transition)
        assert found, f'{self.name} has no register'
        return [f'{register} {state})' for register in found]
