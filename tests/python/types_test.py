# SPDX-License-Identifier: Apache-2.0
"""Everything public is documented; the stub has what the compiled part has; and, where mypy is
installed, the package and a program that uses it are well typed."""
import inspect
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import sumac
from sumac import _core

PACKAGE = pathlib.Path(sumac.__file__).parent

RIGHT = """
import numpy as np
import sumac
a = np.zeros((2, 2), np.float32)
product: sumac.Floats = sumac.gemm(a, a, engine="simd", array=None)
sumac.pam(1.5, [2.0], comp="l-mul", out=a)
model: sumac.Model = sumac.Model.load("model.safetensors")
logits: sumac.Floats = model.predict(a)
total: int = sumac.cycles(network="resnet20")["total_cycles"]
names: list[str] = sumac.networks()
"""
WRONG = ("sumac.gemm(1.5, 2.0, threads='all')", "sumac.pam(1.0)", "sumac.narrow(1.0, 7)",
         "sumac.Model.load(3)", "sumac.cycles(network=20)", "sumac.gelu(1.0)")

# torch is typed, and large: its types are left out. Its functions are then of type Any.
CONFIG = """
[mypy]
strict = True
[mypy-torch.*]
follow_imports = skip
[mypy-sumac.torch,sumac.resnet]
disallow_subclassing_any = False
disallow_any_unimported = False
disallow_untyped_decorators = False
warn_return_any = False
"""


def public(module):
    """The names of __all__, and the methods of classes among them."""
    for name in module.__all__:
        thing = getattr(module, name)
        yield name, thing
        if inspect.isclass(thing):
            for method, function in vars(thing).items():
                if not method.startswith('_') and callable(getattr(thing, method)):
                    yield f'{name}.{method}', getattr(thing, method)


class TypesTest(unittest.TestCase):
    def modules(self):
        try:
            from sumac import torch
        except ImportError:
            return [sumac]
        return [sumac, torch]

    def test_docstrings(self):
        for module in self.modules():
            self.assertTrue(module.__doc__)
            for name, thing in public(module):
                inherited = name.endswith('.forward')  # torch's own, where the class tells what it is
                self.assertTrue(inherited or (thing.__doc__ or '').strip(),
                                f'{module.__name__}.{name} has no docstring')

    def test_the_stub_has_what_is_compiled(self):
        stub = (PACKAGE / '_core.pyi').read_text(encoding='utf-8')
        for of, pattern in ((_core, r'^(?:def|class) (\w+)'), (_core.Model, r'^    def (\w+)')):
            declared = set(re.findall(pattern, stub, flags=re.M)) - {'__init__'}
            self.assertEqual({name for name, thing in vars(of).items()
                              if callable(thing) and not name.startswith('_')}, declared)

    @unittest.skipUnless(shutil.which('mypy'), 'mypy is not installed (Debian: mypy)')
    def test_types(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / 'config').write_text(CONFIG)
            (folder / 'right.py').write_text(RIGHT)
            (folder / 'wrong.py').write_text('import sumac\n' + '\n'.join(WRONG) + '\n')
            shutil.copytree(PACKAGE, folder / 'sumac', ignore=shutil.ignore_patterns('*.so', '__py*'))
            said = subprocess.run(
                ['mypy', '--config-file', 'config', '--no-error-summary', '--python-version',
                 f'{sys.version_info[0]}.{sys.version_info[1]}', 'sumac', 'right.py', 'wrong.py'],
                cwd=folder, capture_output=True, text=True, check=False).stdout
        lines = [int(line) for line in re.findall(r'^wrong\.py:(\d+): error', said, flags=re.M)]
        self.assertEqual(sorted(set(lines)), list(range(2, 2 + len(WRONG))), said)
        self.assertEqual([line for line in said.splitlines() if not line.startswith('wrong.py')], [])


unittest.main()
