# SPDX-License-Identifier: Apache-2.0
"""The networks of `sumac train` as PyTorch modules: checkpoints opened, tuned, and written back."""
from __future__ import annotations

import json
import os
from typing import Any, Mapping, Optional

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from . import _core
from ._core import Error

__all__ = ["ResNet"]


class _Block(nn.Module):
    """Two convolutions and a shortcut of option A: every second pixel between channels of 0."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.stride = 1 if inputs == outputs else 2
        self.added = (outputs - inputs) // 2  # channels before, and as many after
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.added:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.added, self.added))
        return functional.relu(y + x)


class ResNet(nn.Module):
    """A network of `sumac train` in PyTorch's own layers; its state dict's names are the file's.

    name:        "resnet8", "resnet14", "resnet20", "resnet32", "resnet44" or "resnet56".
    input_shape: height, width and channels of an image.
    config:      options of `sumac train` by their names ({"mul": "ieee", "data": "cifar-10"}):
                 the arithmetic and the data that the program takes for the checkpoint.
    """

    def __init__(self, name: str = "resnet20", input_shape: tuple[int, int, int] = (32, 32, 3),
                 classes: int = 10, config: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__()
        if name not in _core.model_names():
            raise Error(f"'{name}' is not a network; choose one of "
                        f"{', '.join(_core.model_names())}.")
        self.name = name
        self.input_shape = input_shape
        self.classes = classes
        self.config = dict(config or {})
        self.conv1 = nn.Conv2d(input_shape[2], 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        blocks = (int(name.removeprefix("resnet")) - 2) // 6
        self.layer1 = nn.Sequential(*(_Block(16, 16) for _ in range(blocks)))
        self.layer2 = nn.Sequential(*(_Block(32 if i else 16, 32) for i in range(blocks)))
        self.layer3 = nn.Sequential(*(_Block(64 if i else 32, 64) for i in range(blocks)))
        self.linear = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of normalised images N x C x H x W."""
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        logits: Tensor = self.linear(x.mean((2, 3)))
        return logits

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ResNet:
        """The network of a checkpoint, its config that of its training."""
        core = _core.Model(os.fspath(path))
        net = cls(core.name(), core.input_shape(), core.classes(), json.loads(core.config()))
        net.load_state_dict({name: torch.from_numpy(words) for name, words in core.state().items()})
        return net

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a checkpoint for the program and for sumac.Model, or leaves the file as it was."""
        state = {}
        for name, tensor in self.state_dict().items():
            if name.endswith(".num_batches_tracked"):  # PyTorch's own count, which no word needs
                continue
            if tensor.dtype != torch.float32:
                raise Error(f"{name} is {tensor.dtype}, and float32 is expected; convert the "
                            "network with .float().")
            if not tensor.isfinite().all():
                raise Error(f"{name} is not finite; train with a lower learning rate.")
            state[name] = np.ascontiguousarray(tensor.cpu().numpy())
        _core.write_model(os.fspath(path), self.name, self.input_shape, self.classes,
                          json.dumps(self.config), state)
