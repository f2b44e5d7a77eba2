"""A number that changes whenever a kernel's source does: no stale code comes from the cache."""

import hashlib
from pathlib import Path


def source_version(path: str) -> int:
    """The first 60 bits of a hash of a source file.

    PyTensor keeps compiled code on disk under the operation's type, its properties and this number.
    """
    return int(hashlib.sha256(Path(path).read_bytes()).hexdigest()[:15], 16)
