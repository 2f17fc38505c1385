# SPDX-License-Identifier: Apache-2.0
"""The reference's functions (model/) as SMT-LIB functions, by running them on terms (terms.h)."""

import pathlib
import subprocess
import tempfile

_programs = {}  # the sources: the program that prints their functions
_folder = tempfile.TemporaryDirectory()


class Reference:
    """The functions of these names: cpp_NAME, and cpp_NAME_defined, whether C++ defines its words.

    mul multiplies by `times`, of which nothing is known but that equal factors have equal products.
    """

    def __init__(self, sources, *names):
        times = '(declare-fun times ((_ BitVec 64) (_ BitVec 64)) (_ BitVec 64))\n' if 'mul' in names else ''
        self.text = times + subprocess.run(
            [_program(sources), *names], check=True, capture_output=True, text=True).stdout


def _program(sources):
    key = tuple(path.read_text() for path in sorted(sources.folder.glob('model/*')))
    if key not in _programs:
        program = pathlib.Path(_folder.name) / f'functions{len(_programs)}'
        done = subprocess.run(['c++', '-std=c++20', '-Wall', '-Wextra', '-Werror', '-I.', 'functions.cc', '-o', program],
                              cwd=sources.folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f'prove: the reference on terms does not compile: {done.stderr}')
        _programs[key] = program
    return _programs[key]
