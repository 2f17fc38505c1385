#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what the fuzzers begin with: small good inputs of every reader, FOLDER/READER/NAME."""

import gzip
import json
import pathlib
import struct
import sys

CONFIG = {
    "model": "resnet8", "data": "fashion-mnist", "epochs": 1, "batch": 16, "lr": 0.1,
    "momentum": 0.9, "weight-decay": 0.0001, "schedule": "cosine", "warmup": 0.5,
    "augment": "pad-crop-flip", "mul": "pam", "mul-backward": "ieee", "comp": "0x710cb",
    "mul-free": "gemm", "format": "e8m7", "shards": 1, "seed": 1, "limit-train": 0,
    "validation": 0, "checkpoint-every": 0, "data-dir": ""}
METRICS = {
    "epoch": 1, "train_loss": 1.5, "train_accuracy": 0.5, "test_loss": 1.25,
    "test_accuracy": 0.5, "images_per_second": 400.5, "seconds": 12.25}
DIAGNOSTICS = {
    "images": 8,
    "layers": [{
        "layer": "conv1", "pass": "forward",
        "products": {"mean_relative_error": -0.04, "zero_operand": 0.1, "underflowed": 0,
                     "saturated": None},
        "dots": {"weighted_error": 0.1, "slope": 0.9, "slope_after_batch_norm": None},
        "binary64": {"pam": {"weighted_error": 0.1}, "ieee": {"weighted_error": 0}}}]}
METADATA = {
    "sumac": "1", "model": "resnet8", "channels": "1", "height": "28", "width": "28",
    "classes": "10", "config": json.dumps(CONFIG), "images": "16", "epoch": "1", "step": "0",
    "loss_sum": "3ff0000000000000", "correct": "4"}
GRAPH = {
    "version": 1, "input": "x", "shape": [1, 2, 4, 4], "output": "y",
    "nodes": [
        {"op": "Conv", "name": "c", "inputs": ["x", "w"], "outputs": ["h"],
         "attributes": {"strides": {"integers": [2, 2]}, "pads": {"integers": [1, 1, 1, 1]}}},
        {"op": "Reshape", "name": "r", "inputs": ["h", "s"], "outputs": ["y"],
         "attributes": {}}],
    "integers": {"s": [1, -1]}}
CALLS = [
    "cycles --network resnet20 --array 16x16 --bus-bits 128 --latency 9 --batch 8 --training",
    "diagnose --checkpoint m --images 8 --out d.json --json",
    "eval --checkpoint m --data cifar-10 --data-dir d --images 9 --mul ieee --comp l-mul",
    "gemm --a a.npy --b b.npy --c c.npy --out d.npy --engine rtl --array 16x16 --check",
    "import m.onnx --out m.safetensors",
    "op pam --engine rtl --comp 0x710cb --format bf16",
    "run --checkpoint m --images 8 --engine core --stall-seed 7 --stall-rate 0.5 --json",
    "synth --design mac --mul pam",
    "train --model resnet20 --epochs 3 --lr 0.1 --comp 0x710cb --format e8m7 --out a",
    "upset --checkpoint m --upsets 9 --seed 3 --out u",
    "verify --help", "--version"]
CSV = ("Layer, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter,"
       " Strides,\nConv1, 9, 8, 3, 2, 3, 4, 2,\nFC, 5, 6, 7,\n")


def idx(dimensions, data):
    return struct.pack(f">{1 + len(dimensions)}I", 0x800 + len(dimensions), *dimensions) + data


def npy(version, data):
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


def header_and_data(metadata):
    """What the reader of safetensors also takes: the JSON, a zero, the data (readers.cc)."""
    tensor = {"dtype": "F32", "shape": [4, 2, 3, 3], "data_offsets": [0, 288]}
    return json.dumps({"__metadata__": metadata, "w": tensor}).encode() + b"\0" + bytes(288)


def proto(*fields):
    """A message of Protocol Buffers: (number, value) by number, value an integer or bytes."""
    def varint(value):
        return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def onnx():
    """A convolution with a ReLU after it, whose result is reshaped by what Shape and Slice say."""
    def floats(name, *dims):
        count = 1
        for dim in dims:
            count *= dim
        return proto(*((1, dim) for dim in dims), (2, 1), (8, name), (9, bytes(4 * count)))

    def integers(name, *values):
        return proto((1, len(values)), (2, 7), (8, name),
                     (9, struct.pack(f"<{len(values)}q", *values)))

    def node(op, inputs, output, *attributes):
        return proto(*((1, name) for name in inputs), (2, output), (3, b"n_" + output), (4, op),
                     *((5, attribute) for attribute in attributes))

    def ints(name, *values):
        return proto((1, name), *((8, value) for value in values), (20, 7))

    def value(name, *dims):
        shape = proto(*((1, proto((1, dim))) for dim in dims))
        return proto((1, name), (2, proto((1, proto((1, 1), (2, shape))))))
    graph = proto(
        (1, node(b"Conv", [b"x", b"w", b"b"], b"h", ints(b"pads", 1, 1, 1, 1),
                 ints(b"strides", 2, 2))),
        (1, node(b"Relu", [b"h"], b"r")),
        (1, node(b"Shape", [b"r"], b"s")),
        (1, node(b"Slice", [b"s", b"0", b"1", b"0", b"1"], b"t")),
        (1, node(b"Concat", [b"t", b"m"], b"u", proto((1, b"axis"), (3, 0), (20, 2)))),
        (1, node(b"Reshape", [b"r", b"u"], b"y")),
        (2, b"g"),
        (5, floats(b"w", 4, 2, 3, 3)), (5, floats(b"b", 4)), (5, integers(b"m", 16)),
        (5, integers(b"0", 0)), (5, integers(b"1", 1)),
        (11, value(b"x", 1, 2, 4, 4)), (12, value(b"y", 1, 16)))
    return proto((1, 7), (7, graph), (8, proto((2, 13))))


def inputs():
    """(reader, name, bytes) of each input."""
    images = idx((1, 28, 28), bytes(784))
    yield "idx", "images", images
    yield "idx", "labels", idx((1,), b"\x03")
    yield "idx", "packed", gzip.compress(images, mtime=0)
    yield "cifar", "one", bytes([9]) + bytes(3072)
    for version in (1, 2):
        yield "npy", f"version{version}", npy(version, bytes(24))
    yield "safetensors", "tensors", header_and_data({"a": "b"})
    yield "safetensors", "checkpoint", header_and_data(METADATA)
    yield "safetensors", "graph", header_and_data({"sumac.graph": json.dumps(GRAPH)})
    yield "csv", "both", CSV.encode()
    for name, part in (("config", CONFIG), ("metrics", METRICS), ("diagnostics", DIAGNOSTICS)):
        yield "run", name, json.dumps(part).encode()
    for call in CALLS:
        yield "command", call.split()[0].strip("-"), call.replace(" ", "\n").encode()
    yield "onnx", "conv", onnx()


def main():
    if len(sys.argv) != 2:
        sys.exit("make_corpus.py: give the folder to write to.")
    for reader, name, contents in inputs():
        folder = pathlib.Path(sys.argv[1]) / reader
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(contents)


main()
