# SPDX-License-Identifier: Apache-2.0
"""Results kept by content: the key of a folder is a hash of everything that its files depend on."""
import hashlib
import json
import os
import pathlib
import shutil
import tempfile


def default_folder():
    if os.environ.get("SUMAC_SYNTH_CACHE"):
        return pathlib.Path(os.environ["SUMAC_SYNTH_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "sumac" / "synth"


def digest(*parts):
    """A hash of strings, bytes, and whatever else JSON can hold."""
    state = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else json.dumps(part, sort_keys=True).encode()
        state.update(len(data).to_bytes(8, "little") + data)
    return state.hexdigest()


class Cache:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def folder_of(self, key, produce):
        """The folder of this key; if there is none, produce(folder) fills it, whole or not at all."""
        home = self.folder / key[:2] / key
        if home.is_dir():
            return home
        home.parent.mkdir(exist_ok=True)
        work = pathlib.Path(tempfile.mkdtemp(prefix="work-", dir=self.folder))
        try:
            produce(work)
            try:
                work.rename(home)
            except OSError:  # somebody else was faster
                if not home.is_dir():
                    raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return home
