# SPDX-License-Identifier: Apache-2.0
"""The programs that the flow calls."""
import functools
import os
import shutil
import subprocess

from . import Failed, Wrong

_PACKAGES = {"sta": "opensta", "yosys": "yosys", "iverilog": "iverilog", "vvp": "iverilog",
             "fst2vcd": "gtkwave", "nextpnr-ice40": "nextpnr-ice40"}


def find(name):
    path = shutil.which(name)
    if path is None:
        raise Wrong(f"the program {name} is not here: install it with script/setup"
                    f" (package {_PACKAGES.get(os.path.basename(name), name)}).")
    return os.path.abspath(path)


def run(command, folder, log):
    """Runs a command in a folder; its words go to folder/log, and into the message if it fails."""
    command = [find(command[0]), *command[1:]]
    with open(folder / log, "w", encoding="utf-8") as stream:
        status = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=stream,
                                stderr=subprocess.STDOUT, check=False).returncode
    text = (folder / log).read_text(encoding="utf-8", errors="replace")
    if status != 0:
        words = [line for line in text.splitlines() if "ERROR" in line or "Error" in line]
        last = words[0] if words else (text.strip().splitlines() or ["it said nothing"])[-1]
        raise Failed(f"{os.path.basename(command[0])} failed: {last.strip()}")
    return text


@functools.cache
def version(name):
    option = "-version" if name == "sta" else "-V"
    answer = subprocess.run([find(name), option], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, check=False)
    return (answer.stdout + answer.stderr).strip().splitlines()[0]


@functools.cache
def has_booth(yosys):
    """Whether this Yosys has a `booth` pass of its own."""
    answer = subprocess.run([find(yosys), "-q", "-p", "booth"], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, check=False)
    return answer.returncode == 0
