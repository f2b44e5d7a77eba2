# ruff: noqa: PTH120
"""What a disk may hold after a power cut: what was synchronised, and of the rest anything.

Bytes of a file that were not synchronised may be there, be lost, end anywhere, or be zeros where a
later block was written before an earlier one. A name that was made, moved or deleted is sure only
once its folder was synchronised; until then each may have happened or not, whatever the order, but
a renaming is whole or not at all.
"""

import os
from pathlib import Path

BLOCK = 64  # bytes; of a real disk 4096, but the files here are small


class Disk:
    """A disk on which operations of `faults.calls` are done one after the other.

    Attributes
    ----------
    files : list of (bytes, bytes)
        Of each file what is on the disk for sure, and what the running system sees.
    names, sure : {path: int}
        The files' names as the running system sees them, and as they are on the disk for sure.
    folders, sure_folders : set of paths
    """

    def __init__(self, folder):
        self.folder = os.path.realpath(folder)
        self.files, self.names, self.sure, self.pending = [], {}, {}, []
        self.folders, self.sure_folders = {self.folder}, {self.folder}

    def do(self, operation, *given):
        path = given[0]
        match operation:
            case "create":
                self.files.append((b"", b""))
                self.names[path] = len(self.files) - 1
                self.pending.append(("name", path, self.names[path]))
            case "write":
                sure, now = self.files[self.names[path]]
                place, data = given[1:]
                now = now.ljust(place, b"\0")
                self.files[self.names[path]] = sure, now[:place] + data + now[place + len(data) :]
            case "truncate":
                sure, now = self.files[self.names[path]]
                self.files[self.names[path]] = sure, now[: given[1] or 0]
            case "fsync" if path in self.folders:
                for each in [each for each in self.pending if os.path.dirname(each[1]) == path]:
                    self._be_sure(each)
                    self.pending.remove(each)
            case "fsync":
                _, now = self.files[self.names[path]]
                self.files[self.names[path]] = now, now
            case "replace" | "rename":
                self.names[given[1]] = self.names.pop(path)
                self.pending.append(("move", given[1], self.names[given[1]], path))
            case "unlink" | "remove":
                self.names.pop(path)
                self.pending.append(("no name", path))
            case "mkdir":
                self.folders.add(path)
                self.pending.append(("folder", path))

    def _be_sure(self, change, names=None, folders=None):
        names = self.sure if names is None else names
        folders = self.sure_folders if folders is None else folders
        match change:
            case "name", path, number:
                names[path] = number
            case "move", path, number, old:
                names[path] = number
                names.pop(old, None)
            case "no name", path:
                names.pop(path, None)
            case "folder", path:
                folders.add(path)

    def cut(self, draw):
        """{path: bytes} of the files and the set of folders after a power cut, as drawn."""
        names, folders = dict(self.sure), set(self.sure_folders)
        chance = draw.choice([0.0, 0.5, 0.5, 1.0])
        for change in self.pending:
            if draw.random() < chance:
                self._be_sure(change, names, folders)
        found = {path: self._torn(number, draw) for path, number in names.items()}
        is_there = {path for path in folders if self._is_reached(path, folders)}
        return {path: each for path, each in found.items() if os.path.dirname(path) in is_there}, (
            is_there
        )

    def _is_reached(self, path, folders):
        return path == self.folder or (
            path in folders and self._is_reached(os.path.dirname(path), folders)
        )

    def _torn(self, number, draw):
        sure, now = self.files[number]
        if sure == now:
            return now
        match draw.choice(["lost", "there", "torn", "reordered"]):
            case "lost":
                return sure
            case "there":
                return now
            case "torn":
                return now[: draw.randint(min(len(sure), len(now)), len(now))]
        blocks = range(0, len(now), BLOCK)
        return b"".join(
            now[i : i + BLOCK]
            if draw.random() < 0.5
            else sure[i : i + BLOCK].ljust(len(now[i : i + BLOCK]), b"\0")[
                : len(now[i : i + BLOCK])
            ]
            for i in blocks
        )


def written(files, folders, there, here):
    """Write such a state of the folder `there` into the folder `here`."""
    for each in sorted(folders):
        Path(here, os.path.relpath(each, there)).mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        Path(here, os.path.relpath(path, there)).write_bytes(content)
