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
    from torch.nn import functional
except ImportError:
    print("no PyTorch (Debian: python3-torch)")
    sys.exit(77)

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
import make_models  # noqa: E402  (needs PyTorch)


class Operators(torch.nn.Module):
    """What PyTorch writes differently from opset to opset: pads, limits, shapes, products."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 6, 3, groups=3)
        self.drop = torch.nn.Dropout()
        self.fc = torch.nn.Linear(28, 9)
        self.register_buffer("matrix", torch.randn(9, 4))

    def forward(self, x):
        x = functional.pad(self.conv(x), (1, 0, 0, 0), value=0.5)
        x = functional.pad(x, (0, 0, 0, 0, 1, 0))  # a channel
        x = x.clamp(min=-0.5) + 0.25
        x = functional.avg_pool2d(functional.max_pool2d(x, 2, ceil_mode=True), 2)
        return torch.matmul(self.fc(self.drop(x.view(x.size(0), -1))), self.matrix)


def check_opsets(infer, folder):
    torch.manual_seed(2)
    model, x = Operators().eval(), torch.randn(2, 3, 9, 9)
    numpy.save(folder / "x.npy", x.numpy())
    for opset in (9, 11, 13):
        path = folder / f"opset{opset}.onnx"
        torch.onnx.export(model, x, str(path), opset_version=opset)
        found = difference(infer(path, folder / "x.npy"), model(x).detach().numpy())
        print(f"opset {opset}: {found:.2g} from PyTorch's")
        assert found < 1e-5


def difference(found, expected):
    return abs(found - expected).max() / abs(expected).max()


def main():
    sumac = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def infer(model, x):
            subprocess.run([sumac, "infer", model, "--input", x, "--out", folder / "out.npy",
                            "--mul", "ieee"], check=True, stdout=subprocess.DEVNULL)
            return numpy.load(folder / "out.npy")

        subprocess.run([sys.executable, here / "make_models.py", folder], check=True)
        for model in ("resnet", "vgg", "mobilenet"):
            committed = numpy.load(here / "models" / f"{model}.y.npy")
            y = numpy.load(folder / f"{model}.y.npy")
            # Another PyTorch may draw other numbers; this one gives the committed ones.
            if torch.__version__.startswith("1.13"):
                assert difference(y, committed) < 1e-5, f"{model}: the committed file is another's"
            imported = folder / "imported.safetensors"
            onnx = folder / f"{model}.onnx"
            subprocess.run([sumac, "import", onnx, "--out", imported], check=True)
            found = difference(infer(imported, folder / f"{model}.x.npy"), y)
            print(f"{model}: {found:.2g} from PyTorch's")
            assert found < 1e-5
        check_opsets(infer, folder)


main()
