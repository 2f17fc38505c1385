#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile files through the program: each is refused in one clean line, in time and in little
memory, and leaves the files that are there as they were.

Usage: hostile_test.py SUMAC [--unbounded]. Unbounded, the program may have any memory: sanitizers
take much address space.
"""
import gzip
import json
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile

MEMORY = 2 << 30  # address space of the program, in bytes
SECONDS = 60
PETABYTE = 1 << 50
NOBODY = 65534
ESCAPE = "\x1b[31mred\nsumac: all is well"


def npy(shape, data, descr="'<f4'"):
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def safetensors(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(shape, begin, end):
    return {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}


def idx(magic, dimensions, data):
    fields = struct.pack(f">{1 + len(dimensions)}I", magic, *dimensions)
    return gzip.compress(fields + data, 1, mtime=0)


class Test:
    def __init__(self, sumac, folder, bounds):
        self.sumac = sumac
        self.folder = folder
        self.bounds = bounds  # of the program's resources
        self.count = 0
        self.has_onnx = b"SUMAC_ONNX" not in self.run("import", "none", "--out", "none").stderr

    def write(self, name, contents):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return path

    def run(self, *arguments, bounds=None, **options):
        def bound():
            for what, most in (self.bounds | (bounds or {})).items():
                resource.setrlimit(what, (most, most))
        options.setdefault("stdout", subprocess.PIPE)
        options["env"] = {**os.environ, "OMP_NUM_THREADS": "2"}  # threads take address space
        return subprocess.run([self.sumac, *map(os.fspath, arguments)], stderr=subprocess.PIPE,
                              timeout=SECONDS, preexec_fn=bound, **options)

    def readers(self, good):
        """A call of each reader, but for the name of its file."""
        out = self.folder / "out"
        calls = [("gemm", "--b", good, "--out", out, "--a"), ("eval", "--checkpoint"),
                 ("cycles", "--topology"), ("train", "--out", out, "--config"),
                 ("import", "--out", out)]
        return calls if self.has_onnx else calls[:-1]

    def files(self):
        """What lies in the folder; pipes, and what is too large to be ours, by their names."""
        paths = (path for path in self.folder.rglob("*") if not path.is_dir())
        return {path: path.read_bytes() if path.is_file() and path.stat().st_size < 1 << 30 else None
                for path in paths}

    def refused(self, says, *arguments, status=2, made=(), **options):
        """The call fails with one line that has each of `says`, and changes no file; `made` are
        the names of those that it may have added."""
        before = self.files()
        result = self.run(*arguments, **options)
        call = " ".join(map(os.fspath, arguments))
        errors = result.stderr.decode()
        if result.returncode != status:
            sys.exit(f"{call}: exit status {result.returncode}, expected {status}: {errors!r}")
        if not errors.endswith("\n") or not errors[:-1].isprintable():
            sys.exit(f"{call}: not one clean line: {errors!r}")
        for part in says:
            if str(part) not in errors:
                sys.exit(f"{call}: '{part}' is not in {errors!r}")
        after = {path: bytes_ for path, bytes_ in self.files().items() if path.name not in made}
        if after != before:
            sys.exit(f"{call}: files have changed: {sorted(map(str, after.keys() ^ before.keys()))}")
        self.count += 1

    def done(self, *arguments, **options):
        """The call succeeds; what it prints is clean."""
        result = self.run(*arguments, **options)
        printed = (result.stdout or b"").decode()
        if result.returncode != 0 or not printed.replace("\n", "").isprintable():
            sys.exit(f"{arguments}: exit status {result.returncode}: {printed!r} {result.stderr!r}")
        self.count += 1
        return printed


def large_claims(test, good):
    """Sizes that no memory has, and sizes that 64 bits do not hold."""
    out = test.folder / "out.npy"
    for name, shape in {"petabyte": f"({PETABYTE // 4}, 1)", "overflow": f"({1 << 32}, {1 << 32})",
                        "digits": f"({'9' * 100}, 1)"}.items():
        path = test.write(f"{name}.npy", npy(shape, bytes(24)))
        test.refused([path, "expected"], "gemm", "--a", path, "--b", good, "--out", out)
    claims = {
        "length": safetensors(b"{}", length=PETABYTE),
        "length64": safetensors(b"{}", length=(1 << 64) - 1),
        "offsets": safetensors({"w": tensor([PETABYTE // 4], 0, PETABYTE)}, bytes(8)),
        "product": safetensors({"w": tensor([1 << 61, 8], 0, 8)}, bytes(8)),
        "integer": safetensors(
            b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,4]}}', bytes(4)),
        "overlap": safetensors({"v": tensor([2], 0, 8), "w": tensor([2], 4, 12)}, bytes(12)),
        "gap": safetensors({"v": tensor([1], 0, 4), "w": tensor([1], 8, 12)}, bytes(12)),
        "rest": safetensors({"v": tensor([1], 0, 4)}, bytes(8))}
    for name, contents in claims.items():
        path = test.write(f"{name}.safetensors", contents)
        test.refused([path, "expected", "found"], "eval", "--checkpoint", path)
    # A file that is as large as it says, of holes.
    holes = test.write("holes", npy(f"({PETABYTE // 4}, 1)", b""))
    for size in (PETABYTE, 1 << 43):
        try:
            os.truncate(holes, size)
            break
        except OSError:  # more than the file system takes
            pass
    for call in test.readers(good):
        test.refused([holes, "too large"], *call, holes)
    holes.unlink()


def data_sets(test):
    """Folders of images whose counts are not what is there. The network is never reached."""
    for name, images, labels in (
            ("count", idx(0x803, (0xFFFFFFFF, 28, 28), bytes(784)), idx(0x801, (1,), b"\1")),
            ("labels", idx(0x803, (1, 28, 28), bytes(784)), idx(0x801, (0xFFFFFFFF,), b"\1"))):
        test.write(f"{name}/train-images-idx3-ubyte.gz", images)
        test.write(f"{name}/train-labels-idx1-ubyte.gz", labels)
        test.refused(["ubyte.gz", "4294967295 items", "found"], "train", "--data-dir",
                     test.folder / name, "--out", test.folder / "run", made=["config.json"])


def no_files(test, good):
    """A folder, a device, a pipe without a writer, a file under a file, an unreadable one."""
    for call in test.readers(good):
        test.refused([test.folder, "is a folder"], *call, test.folder)
        test.refused(["/dev/zero is a device"], *call, "/dev/zero")
        test.refused([good / "x", "Not a directory"], *call, good / "x")
    pipe = test.folder / "pipe"
    os.mkfifo(pipe)
    test.refused([pipe, "nobody writes to"], "cycles", "--topology", pipe)
    pipe.unlink()
    if os.geteuid() != 0:
        return
    os.chmod(test.folder, 0o755)
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        test.done("--version", **as_nobody)
    except (PermissionError, FileNotFoundError):
        print("nobody cannot start the program: no unreadable file was tried")
        return
    secret = test.write("secret", b"")
    os.chmod(secret, 0)
    test.refused([secret, "Permission denied"], "cycles", "--topology", secret, **as_nobody)


def pipes(test, good):
    """A pipe is read as a file is, up to a bound."""
    out = test.folder / "piped.npy"
    test.done("gemm", "--a", "/dev/stdin", "--b", good, "--out", out, input=good.read_bytes())
    out.unlink()
    with subprocess.Popen(["cat", "/dev/zero"], stdout=subprocess.PIPE) as endless:
        test.refused(["/dev/stdin is too large"], "cycles", "--topology", "/dev/stdin",
                     stdin=endless.stdout)
        endless.stdout.close()


def names(test, good):
    """Names that would write over the terminal."""
    out = test.folder / "out.npy"
    shown = r"\x1b[31mred\x0asumac"
    path = test.write("descr.npy", npy("(1, 1)", bytes(4), repr(ESCAPE).replace("\\x1b", "\x1b")
                                       .replace("\\n", "\n")))
    test.refused([shown], "gemm", "--a", path, "--b", good, "--out", out)
    path = test.write("name.safetensors", safetensors({ESCAPE: tensor([1], 0, 8)}, bytes(8)))
    test.refused([shown], "eval", "--checkpoint", path)
    path = test.write("key.json", json.dumps({ESCAPE: 1}))
    test.refused([shown], "train", "--config", path, "--out", out)
    path = test.write(ESCAPE, b"")
    test.refused([shown], "cycles", "--topology", path)
    test.refused([shown], "cycles", ESCAPE)
    layer = ESCAPE.replace("\n", "\x07")
    path = test.write("layer.csv", f"name, M, N, K,\n{layer}, 2, 3, 4,\n{layer}, 0, 3, 4,\n")
    test.refused(["'0'"], "cycles", "--topology", path)
    path = test.write("layer.csv", f"name, M, N, K,\n{layer}\x80, 2, 3, 4,\n".encode("latin-1"))
    for form in ((), ("--json",)):
        if r"\x1b[31mred\x07sumac: all is well\x80" not in \
                test.done("cycles", "--topology", path, *form).replace(r"\\", "\\"):
            sys.exit("cycles does not tell the layer's name")


def commands(test):
    """A name whose second line is a command of gnuplot's."""
    planted = test.folder / "planted"
    runs = [test.folder / "run", test.folder / f'run\nsystem("touch {planted.name}")\n#']
    epoch = {"epoch": 1, "train_loss": 1, "train_accuracy": 0.5, "test_loss": 1,
             "test_accuracy": 0.5, "images_per_second": 9, "seconds": 1}
    for run in runs:
        test.write(run / "metrics.jsonl", json.dumps(epoch) + "\n")
    test.done("curves", *runs, "--out", test.folder / "curves.svg", cwd=test.folder)
    if planted.exists():
        sys.exit("curves ran a command that stands in a folder's name")


def depth(test):
    """JSON within JSON, deeper than a stack."""
    deep = b"[" * 1_000_000 + b"]" * 1_000_000
    path = test.write("deep.json", deep)
    test.refused([path], "train", "--config", path, "--out", test.folder / "out")
    path = test.write("lr.json", b'{"lr": ' + deep + b"}")
    test.refused([path], "train", "--config", path, "--out", test.folder / "out")
    path = test.write("deep.safetensors", safetensors(b'{"w": {"dtype": ' + deep + b"}}"))
    test.refused([path], "eval", "--checkpoint", path)
    graph = {"__metadata__": {"sumac.graph": deep.decode()}}
    path = test.write("graph.safetensors", safetensors(graph))
    test.refused([path], "infer", path, "--input", "x.npy", "--out", "y.npy")


def words(test, good):
    """NaN and infinities are words of a matrix like others."""
    values = struct.pack("<4f", float("nan"), float("inf"), float("-inf"), 1)
    path = test.write("nan.npy", npy("(2, 2)", values))
    out = test.folder / "nan.out.npy"
    test.done("gemm", "--a", path, "--b", path, "--out", out, "--check")
    out.unlink()
    test.refused([good, "rows of B"], "gemm", "--a", path, "--b", good, "--out", out)


def full_disks(test):
    """Where nothing more can be written, what was there stays."""
    a = test.write("a.npy", npy("(64, 64)", bytes(4 * 64 * 64)))
    out = test.write("result.npy", b"old")
    call = ("gemm", "--a", a, "--b", a, "--out")
    small = {resource.RLIMIT_FSIZE: 4096}
    test.refused([out, "free some space"], *call, out, status=1, bounds=small)
    test.refused(["/dev/full", "No space left"], *call, "/dev/full", status=1)
    with open("/dev/full", "wb") as full:
        test.refused(["standard output cannot be written"], "info", status=1, stdout=full)
    disk = test.folder / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", disk], check=False,
                           stderr=subprocess.DEVNULL)
    if mount.returncode != 0:
        print("no file system can be mounted: a limit on files' sizes alone stood in for a full disk")
        return
    try:
        out = test.write("disk/result.npy", b"old")
        test.refused([out, "No space left"], *call, out, status=1)
    finally:
        subprocess.run(["umount", disk], check=True)


def main():
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--unbounded"]):
        sys.exit("hostile_test: give the program, then --unbounded or nothing.")
    bounds = {} if sys.argv[2:] else {resource.RLIMIT_AS: MEMORY}
    with tempfile.TemporaryDirectory(prefix="sumac-test-") as name:
        test = Test(sys.argv[1], pathlib.Path(name), bounds)
        good = test.write("good.npy", npy("(1, 1)", struct.pack("<f", 1)))
        large_claims(test, good)
        data_sets(test)
        no_files(test, good)
        pipes(test, good)
        names(test, good)
        commands(test)
        depth(test)
        words(test, good)
        full_disks(test)
    print(f"{test.count} calls")


main()
