#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where PyTorch is installed: exports the test models anew and compares the program with PyTorch.

Usage: tests/onnx/check_torch.py SUMAC. Exit status 77 without PyTorch.
"""
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError:
    print("no PyTorch (Debian: python3-torch)")
    sys.exit(77)

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
import make_models  # noqa: E402  (needs PyTorch)


def difference(found, expected):
    return abs(found - expected).max() / abs(expected).max()


def main():
    sumac = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([sys.executable, here / "make_models.py", folder], check=True)
        for model in ("resnet", "vgg", "mobilenet"):
            committed = numpy.load(here / "models" / f"{model}.y.npy")
            y = numpy.load(folder / f"{model}.y.npy")
            # Another PyTorch may draw other numbers; this one gives the committed ones.
            if torch.__version__.startswith("1.13"):
                assert difference(y, committed) < 1e-5, f"{model}: the committed file is another's"
            out = folder / "out.npy"
            imported = folder / "imported.safetensors"
            onnx = folder / f"{model}.onnx"
            subprocess.run([sumac, "import", onnx, "--out", imported], check=True)
            subprocess.run([sumac, "infer", imported, "--input", folder / f"{model}.x.npy",
                            "--out", out, "--mul", "ieee"], check=True)
            found = difference(numpy.load(out), y)
            print(f"{model}: {found:.2g} from PyTorch's")
            assert found < 1e-5


main()
