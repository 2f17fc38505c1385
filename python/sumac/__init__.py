# SPDX-License-Identifier: Apache-2.0
"""Sumac: matrix products and networks in which an integer add stands for a multiplication.

Values are float32 arrays, taken and given by their bit patterns: every word is what the program
`sumac` and the hardware give, NaN and signed zeros included (docs/arithmetic.md). Scalars and lists
are converted; arrays of another type than float32 are refused, as a conversion would change words.
Long calls release the interpreter's lock.
"""
from __future__ import annotations

import json
import os
from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._core import Error, WorkFailed

__version__: str = _core.version
__all__ = ["Error", "Model", "WorkFailed", "add", "cycles", "gemm", "mul", "narrow", "networks",
           "padiv", "paexp2", "palog2", "pam", "pasqrt"]

Floats = NDArray[np.float32]


def _floats(value: ArrayLike, name: str) -> Floats:
    """The value as a float32 array; conversion only of what is no array yet."""
    if isinstance(value, np.ndarray) and value.dtype != np.float32:
        raise TypeError(f"{name} has type {value.dtype}, and float32 is expected; "
                        f"convert it with {name}.astype(numpy.float32).")
    return np.asarray(value, dtype=np.float32)


def _words(value: Floats) -> NDArray[np.uint32]:
    return np.ascontiguousarray(value).reshape(-1).view(np.uint32)


def _give(words: NDArray[np.uint32], shape: tuple[int, ...], out: Optional[Floats]) -> Any:
    """The words as floats of that shape, in `out` where it is given; a scalar for no dimension."""
    result = words.view(np.float32).reshape(shape)
    if out is None:
        return result if shape else result[()]
    out[...] = result
    return out


def _check_out(out: Optional[Floats], shape: tuple[int, ...]) -> None:
    if out is None:
        return
    if not isinstance(out, np.ndarray) or out.dtype != np.float32:
        raise TypeError("out is not an array of float32.")
    if out.shape != shape:
        raise Error(f"out has shape {out.shape}, and the result has {shape}.")


def _binary(function: Any, a: ArrayLike, b: ArrayLike, out: Optional[Floats], format: str,
            *arguments: str) -> Any:
    left, right = _floats(a, "a"), _floats(b, "b")
    try:
        left, right = np.broadcast_arrays(left, right)
    except ValueError:
        raise Error(f"a has shape {left.shape} and b has {right.shape}: they do not broadcast."
                    ) from None
    _check_out(out, left.shape)
    operands = [_words(left), _words(right)]
    if format != "fp32":
        operands = [_narrowed(words, format) for words in operands]
    result = np.empty(left.size, dtype=np.uint32)
    function(*operands, result, *arguments)
    return _give(result, left.shape, out)


def _unary(function: Any, a: ArrayLike, out: Optional[Floats]) -> Any:
    values = _floats(a, "a")
    _check_out(out, values.shape)
    result = np.empty(values.size, dtype=np.uint32)
    function(_words(values), result)
    return _give(result, values.shape, out)


def _narrowed(words: NDArray[np.uint32], format: str) -> NDArray[np.uint32]:
    result = np.empty_like(words)
    _core.narrow(words, result, format)
    return result


def pam(a: ArrayLike, b: ArrayLike, *, comp: str = "mogami", format: str = "fp32",
        out: Optional[Floats] = None) -> Any:
    """The product that is an integer add, element by element.

    comp:   compensation: "mogami" (none), "pam-alpha", "l-mul" or "0xHEX" below 0x800000.
    format: operands are rounded into it first: "fp32", "bf16" or "e8mN", N from 3 to 23.
    out:    a float32 array of the result's shape, which may be an operand.
    """
    return _binary(_core.multiply, a, b, out, format, "pam", comp)


def mul(a: ArrayLike, b: ArrayLike, *, format: str = "fp32", out: Optional[Floats] = None) -> Any:
    """The IEEE product, subnormals being zeros; arguments as those of pam."""
    return _binary(_core.multiply, a, b, out, format, "ieee", "mogami")


def add(a: ArrayLike, b: ArrayLike, *, out: Optional[Floats] = None) -> Any:
    """The IEEE sum, subnormals being zeros; arguments as those of pam."""
    return _binary(_core.add, a, b, out, "fp32")


def padiv(a: ArrayLike, b: ArrayLike, *, out: Optional[Floats] = None) -> Any:
    """The quotient that is an integer subtract: padiv(pam(a, b), b) is a but for over- and underflow."""
    return _binary(_core.padiv, a, b, out, "fp32")


def pasqrt(a: ArrayLike, *, out: Optional[Floats] = None) -> Any:
    """The square root that is half of the word's exponent and mantissa field."""
    return _unary(_core.pasqrt, a, out)


def paexp2(a: ArrayLike, *, out: Optional[Floats] = None) -> Any:
    """2 to the power of a, straight between whole powers; paexp2(pam(a, 1.442695)) is that of e."""
    return _unary(_core.paexp2, a, out)


def palog2(a: ArrayLike, *, out: Optional[Floats] = None) -> Any:
    """The logarithm to base 2, straight between powers of two."""
    return _unary(_core.palog2, a, out)


def narrow(a: ArrayLike, format: str = "bf16", *, out: Optional[Floats] = None) -> Any:
    """Rounds to nearest even into an operand format: "fp32", "bf16" or "e8mN", N from 3 to 23."""
    return _unary(lambda words, result: _core.narrow(words, result, format), a, out)


def _matrix(value: ArrayLike, name: str) -> Floats:
    values = _floats(value, name)
    if values.ndim != 2:
        raise Error(f"{name} has {values.ndim} dimensions, and a matrix is expected.")
    return np.ascontiguousarray(values)


def gemm(a: ArrayLike, b: ArrayLike, c_in: Optional[ArrayLike] = None, engine: str = "simd",
         mul: str = "pam", comp: str = "mogami", format: str = "fp32", threads: int = 0,
         array: Optional[str] = None) -> Floats:
    """a @ b by Sumac's fold: each element is one sum in the order of k, starting from c_in.

    engine:  "simd" (the CPU's kernels), "reference" (integers, slow), "core" (the Verilated array)
             or "rtl" (the whole Verilated accelerator); the words are the same.
    mul:     "pam" or "ieee"; comp and format as those of pam.
    threads: 0 takes all cores; no word depends on it.
    array:   "ROWSxCOLUMNS", one of those that were Verilated; default: the largest that fits.
    """
    left, right = _matrix(a, "a"), _matrix(b, "b")
    (m, k), n = left.shape, right.shape[1]
    if right.shape[0] != k:
        raise Error(f"a is {m} x {k} and b is {right.shape[0]} x {n}: expected as many rows of b as "
                    "columns of a.")
    if m == 0 or n == 0:
        raise Error(f"The product is {m} x {n}: expected at least one element.")
    start = None if c_in is None else _matrix(c_in, "c_in")
    if start is not None and start.shape != (m, n):
        raise Error(f"c_in is {start.shape[0]} x {start.shape[1]}, and the product {m} x {n}.")
    result = np.empty((m, n), dtype=np.float32)
    _core.gemm(left, right, start, result, engine, mul, comp, format, threads, array or "")
    return result


class Model:
    """A trained network. Model.load reads the checkpoint that `sumac train` writes."""

    def __init__(self, core: _core.Model) -> None:
        self._core = core
        self.name: str = core.name()
        self.input_shape: tuple[int, int, int] = core.input_shape()  # height, width, channels
        self.classes: int = core.classes()
        self.config: dict[str, Any] = json.loads(core.config())  # of its training

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Reads a model.safetensors; Error tells what is wrong with the file."""
        return cls(_core.Model(os.fspath(path)))

    def predict(self, images: NDArray[Any], *, engine: str = "simd", threads: int = 0,
                array: Optional[str] = None, batch: int = 64) -> Floats:
        """The logits, images x classes, in the arithmetic that the network was trained in.

        images: N x height x width x channels: bytes (uint8) as the data set has them, or float32,
                the network's input as it is, already normalised. engine, threads, array as in gemm.
        batch:  images that pass a layer together; no word depends on it.
        """
        pixels = np.ascontiguousarray(images)
        if pixels.dtype not in (np.uint8, np.float32):
            raise TypeError(f"images have type {pixels.dtype}; uint8 or float32 is expected.")
        if pixels.ndim != 4 or pixels.shape[1:] != self.input_shape:
            raise Error(f"images have shape {pixels.shape}; the network takes "
                        f"(N, {', '.join(map(str, self.input_shape))}).")
        if batch < 1:
            raise Error(f"batch is {batch}, and at least 1 is needed.")
        logits = np.empty((len(pixels), self.classes), dtype=np.float32)
        if len(pixels):
            arguments = (pixels, logits, batch, engine, threads, array or "")
            if pixels.dtype == np.uint8:
                self._core.predict_bytes(*arguments)
            else:
                self._core.predict_floats(*arguments)
        return logits


def networks() -> list[str]:
    """The networks that cycles knows by name."""
    return _core.networks()


def cycles(network: Optional[str] = None, *, topology: Optional[str | os.PathLike[str]] = None,
           array: str = "16x16", batch: int = 1, training: bool = False,
           bus_bits: Optional[int] = None, latency: int = 32, add_depth: int = 2,
           psum_depth: Optional[int] = None) -> dict[str, Any]:
    """What a network takes on an array, without simulating it: as `sumac cycles --json` has it.

    network, topology: one of networks(), or a topology file of SCALE-Sim (CSV).
    bus_bits: the whole accelerator, on a memory bus of 64, 128, 256 or 512 bits.
    Gives a dict with "layers", a list of dicts (name, count, m, n, k, macs, cycles, utilization and,
    with a bus, bytes_read and bytes_written), and the totals "macs", "total_cycles", ...
    """
    if (network is None) == (topology is None):
        raise Error("Give either network, one of sumac.networks(), or topology, a file.")
    if network is not None and network not in networks():
        raise Error(f"'{network}' is not a network; choose one of {', '.join(networks())}.")
    if bus_bits not in (None, 64, 128, 256, 512):
        raise Error(f"bus_bits is {bus_bits}; 64, 128, 256 or 512 are possible.")
    for name, value, least, most in (("batch", batch, 1, 1 << 20), ("latency", latency, 1, 1 << 20),
                                     ("add_depth", add_depth, 1, 4),
                                     ("psum_depth", psum_depth, 2, 1 << 20)):
        if value is not None and not least <= value <= most:
            raise Error(f"{name} is {value}; {least} to {most} are possible.")
    return _core.cycles(network or "", "" if topology is None else os.fspath(topology), array, batch,
                        training, bus_bits or 0, latency, add_depth, psum_depth or 0)
