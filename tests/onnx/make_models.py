#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the models that the tests read, with an input and PyTorch's output of each.

Usage: tests/onnx/make_models.py FOLDER [SIZE] (Debian's python3-torch; what tests/onnx/models holds
is what it wrote with PyTorch 1.13.1). Weights and inputs are those of a fixed seed. With SIZE, instead
of those models a ResNet-18 for one image of SIZE x SIZE.
"""
import pathlib
import sys
import warnings

import numpy
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")


class Block(nn.Module):
    """A basic block of ResNet-18."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    """ResNet-18 with `width` channels in its first stage (64 in the original)."""

    def __init__(self, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = width
        for stage in range(4):
            outputs = width << stage
            blocks = [Block(inputs, outputs, 1 if stage == 0 else 2), Block(outputs, outputs, 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            inputs = outputs
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class Vgg(nn.Sequential):
    """Convolutions with biases, max and average pooling, two linear layers."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 12, 3, padding=1), nn.ReLU(),
            nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(), nn.AvgPool2d(3, 2, 1),
            nn.Flatten(), nn.Linear(12 * 4 * 4, 24), nn.ReLU(), nn.Linear(24, 10))


class Inverted(nn.Module):
    """MobileNet-V2's block: 1x1, depthwise 3x3, 1x1, with ReLU6."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        hidden = 2 * inputs
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden), nn.ReLU6(),
            nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8),
                                  nn.ReLU6())
        self.blocks = nn.Sequential(Inverted(8, 8, 1), Inverted(8, 12, 2), Inverted(12, 12, 1))
        self.grouped = nn.Conv2d(12, 18, 3, padding=2, dilation=2, groups=3)
        self.fc = nn.Linear(18, 10)

    def forward(self, x):
        x = F.relu(self.grouped(self.blocks(self.stem(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def settle(model):
    """Gives batch norm statistics that are not the initial ones."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
    return model.eval()


def export(model, x, path, fold):
    """With `fold`, PyTorch folds batch norm into the convolutions; else its nodes are kept."""
    mode = torch.onnx.TrainingMode.EVAL if fold else torch.onnx.TrainingMode.PRESERVE
    torch.onnx.export(model, x, str(path), opset_version=13, training=mode,
                      do_constant_folding=fold, input_names=["image"], output_names=["logits"])


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    models = {"resnet": (lambda: ResNet18(3, 10), 20, False), "vgg": (Vgg, 16, True),
              "mobilenet": (MobileNet, 16, False)}
    if len(sys.argv) > 2:  # the network of the paper, for a measurement
        models = {"resnet18": (lambda: ResNet18(64, 1000), int(sys.argv[2]), False)}
    for name, (make, size, fold) in models.items():
        torch.manual_seed(1)
        model = settle(make())
        x = torch.randn(1 if name == "resnet18" else 2, 3, size, size)
        with torch.no_grad():
            y = model(x)
        export(model, x, folder / f"{name}.onnx", fold)
        numpy.save(folder / f"{name}.x.npy", x.numpy())
        numpy.save(folder / f"{name}.y.npy", y.numpy())


if __name__ == "__main__":
    main()
