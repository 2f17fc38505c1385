# SPDX-License-Identifier: Apache-2.0
"""What the tests of the synthesis flow share."""
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "synth"))

from flow import cache, command, mapping  # noqa: E402

OSU018 = pathlib.Path(command.PACKAGED.format("osu018"))
_scratch = tempfile.TemporaryDirectory()


def store():
    return cache.Cache(os.environ.get("SUMAC_SYNTH_CACHE", _scratch.name))


def mapper():
    return mapping.Mapper(store(), OSU018)
