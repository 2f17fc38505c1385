# SPDX-License-Identifier: Apache-2.0
"""PyTorch layers whose products are Sumac's, forward and backward.

The words of conv2d and linear, and of their gradients, are those of the layers that `sumac train`
has, images of any memory format. Tensors are float32 on the CPU.

    model = sumac.torch.convert(model)                  # nn.Conv2d and nn.Linear, parameters kept
    model = sumac.torch.convert(model, Options(mul="ieee"))
    model = sumac.torch.ResNet.load("model.safetensors")  # of `sumac train`; save writes one
"""
from __future__ import annotations

import dataclasses
from typing import Any, Optional

import numpy as np
import torch
from torch import Tensor, nn

import sumac

from . import Error, _core
from .resnet import ResNet

__all__ = ["Conv2d", "Linear", "Options", "ResNet", "conv2d", "convert", "linear", "matmul"]


@dataclasses.dataclass(frozen=True)
class Options:
    """How products are computed; the arguments of sumac.gemm."""

    mul: str = "pam"
    mul_backward: Optional[str] = None  # of the gradients' products; mul where it is None
    comp: str = "mogami"
    format: str = "fp32"
    engine: str = "simd"
    threads: int = 0
    array: Optional[str] = None

    def arguments(self, backward: bool = False) -> tuple[Any, ...]:
        """What the compiled functions take."""
        mul = self.mul_backward if backward and self.mul_backward else self.mul
        return (self.engine, mul, self.comp, self.format, self.threads, self.array or "")

    def gemm(self, a: Tensor, b: Tensor, backward: bool = False) -> Tensor:
        """The product of two matrices, without a gradient."""
        return torch.from_numpy(sumac.gemm(_array(a, "a"), _array(b, "b"), None,
                                           *self.arguments(backward)))


def _array(tensor: Tensor, name: str) -> Any:
    """The tensor's words, contiguous; shared where they are so already."""
    if tensor.device.type != "cpu" or tensor.dtype != torch.float32:
        raise Error(f"{name} is {tensor.dtype} on {tensor.device}; float32 on the CPU is expected.")
    return tensor.detach().contiguous().numpy()


def _last(tensor: Tensor, name: str) -> Any:
    """NCHW as NHWC, or OIHW as OHWI."""
    return _array(tensor.permute(0, 2, 3, 1), name)


def _first(array: Any) -> Tensor:
    """The way back."""
    return torch.from_numpy(array).permute(0, 3, 1, 2)


class _Matmul(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, options: Options) -> Tensor:
        ctx.save_for_backward(a, b)
        ctx.options = options
        return options.gemm(a, b)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        a, b = ctx.saved_tensors
        da = ctx.options.gemm(gradient, b.t(), True) if ctx.needs_input_grad[0] else None
        db = ctx.options.gemm(a.t(), gradient, True) if ctx.needs_input_grad[1] else None
        return da, db, None


class _Conv(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, bias: Optional[Tensor], stride: int, padding: int,
                options: Options) -> Tensor:
        ctx.save_for_backward(x, w)
        ctx.layer = (stride, padding, options)
        sizes = [(size + 2 * padding - w.shape[2]) // stride + 1 for size in x.shape[2:]]
        y = np.empty((x.shape[0], *sizes, w.shape[0]), dtype=np.float32)
        _core.conv_forward(_last(x, "x"), _last(w, "weight"),
                           None if bias is None else _array(bias, "bias"), y, stride, padding,
                           *options.arguments())
        return _first(y)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        (x, w), (stride, padding, options) = ctx.saved_tensors, ctx.layer
        wanted = ctx.needs_input_grad
        images, weight, dy = _last(x, "x"), _last(w, "weight"), _last(gradient, "gradient")
        dx = np.empty_like(images) if wanted[0] else None
        dw = np.empty_like(weight)
        dbias = np.empty(len(weight), dtype=np.float32) if wanted[2] else None
        _core.conv_backward(images, weight, dy, dx, dw, dbias, stride, padding,
                            *options.arguments(True))
        return (None if dx is None else _first(dx), _first(dw) if wanted[1] else None,
                None if dbias is None else torch.from_numpy(dbias), None, None, None)


def matmul(a: Tensor, b: Tensor, options: Options = Options()) -> Tensor:
    """The product of two matrices, each element one fold in the order of k."""
    result: Tensor = _Matmul.apply(a, b, options)
    return result


def conv2d(x: Tensor, weight: Tensor, bias: Optional[Tensor] = None, stride: int = 1,
           padding: int = 0, groups: int = 1, options: Options = Options()) -> Tensor:
    """nn.functional.conv2d with square kernels and without dilation; a bias starts the fold."""
    if x.dim() != 4 or weight.dim() != 4 or weight.shape[2] != weight.shape[3]:
        raise Error("conv2d takes images N x C x H x W and square kernels.")
    if stride < 1 or not 0 <= padding < weight.shape[2]:
        raise Error(f"conv2d takes a stride from 1 and a padding below the kernel's size, and was "
                    f"given {stride} and {padding}.")
    if min(x.shape[2:]) + 2 * padding < weight.shape[2] or 0 in x.shape:
        raise Error(f"The images, {' x '.join(map(str, x.shape))}, are smaller than the kernel.")
    if groups < 1 or weight.shape[0] % groups or x.shape[1] != groups * weight.shape[1]:
        raise Error(f"The images have {x.shape[1]} channels, and {groups} groups of the kernels "
                    f"take {weight.shape[1]} each.")
    if groups == 1:
        y: Tensor = _Conv.apply(x, weight, bias, stride, padding, options)
        return y
    biases: Any = [None] * groups if bias is None else bias.chunk(groups)
    parts = zip(x.chunk(groups, 1), weight.chunk(groups), biases)
    return torch.cat([_Conv.apply(*part, stride, padding, options) for part in parts], 1)


def linear(x: Tensor, weight: Tensor, bias: Optional[Tensor] = None,
           options: Options = Options()) -> Tensor:
    """nn.functional.linear: a convolution of 1 x 1 images, any dimensions before the last."""
    if x.shape[-1] != weight.shape[1]:
        raise Error(f"x has {x.shape[-1]} features, and the weights take {weight.shape[1]}.")
    rows = x.reshape(-1, x.shape[-1], 1, 1)
    y = conv2d(rows, weight[:, :, None, None], bias, options=options)
    return y.reshape(*x.shape[:-1], weight.shape[0])


class Linear(nn.Linear):
    """nn.Linear with Sumac's products."""

    options = Options()

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias, self.options)


class Conv2d(nn.Conv2d):
    """nn.Conv2d with Sumac's products."""

    options = Options()

    def forward(self, input: Tensor) -> Tensor:
        if self.padding_mode != "zeros" or isinstance(self.padding, str):
            raise Error("Conv2d takes zeros as padding, and a number of them.")
        if self.dilation != (1, 1):
            raise Error(f"Conv2d takes no dilation, and was given {self.dilation}.")
        if self.stride[0] != self.stride[1] or self.padding[0] != self.padding[1]:
            raise Error("Conv2d takes one stride and one padding for both directions.")
        return conv2d(input, self.weight, self.bias, self.stride[0], self.padding[0], self.groups,
                      self.options)


def convert(model: nn.Module, options: Options = Options()) -> nn.Module:
    """The model with every nn.Linear and nn.Conv2d in it made Sumac's, in place; parameters, hooks
    and names stay. Other layers compute as they did."""
    for module in model.modules():
        for plain, ours in ((nn.Linear, Linear), (nn.Conv2d, Conv2d)):
            if type(module) in (plain, ours):
                module.__class__ = ours
                module.options = options
    return model
