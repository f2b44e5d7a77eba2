"""Files of each version, read by this one, and without the library by NumPy and what Python has."""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from dltut.machine.serialize import read_arrays
from dltut.training import read_config, read_log, read_run

HERE = Path(__file__).parent
FILES = sorted([*HERE.glob("*/*.safetensors"), *HERE.glob("*/toy/*.ckpt")])
TOYS = sorted(HERE.glob("*/toy"))
KINDS = {"F32": "<f4", "F64": "<f8", "U32": "<u4", "I64": "<i8", "I32": "<i4", "BOOL": "?"}


def plain(path):
    """Arrays and header of a file, as ten lines of NumPy read them."""
    content = path.read_bytes()
    [length] = struct.unpack("<Q", content[:8])
    table = json.loads(content[8 : 8 + length])
    facts = json.loads(table.pop("__metadata__").get("dltut", "{}"))
    arrays = {}
    for name, entry in table.items():
        first, last = entry["data_offsets"]
        data = content[8 + length :][first:last]
        arrays[name] = np.frombuffer(data, KINDS[entry["dtype"]]).reshape(entry["shape"])
    return arrays, facts


def names(paths):
    return [path.relative_to(HERE).as_posix() for path in paths]


def test_both_versions_are_here():
    assert {path.parent.name for path in TOYS} == {"0.1", "0.2"} and len(FILES) == 20


@pytest.mark.parametrize("path", FILES, ids=names(FILES))
def test_numpy_alone_reads_what_the_library_reads(path):
    arrays, facts = plain(path)
    ours, header = read_arrays(path)
    assert arrays.keys() == ours.keys()
    for name, values in arrays.items():
        assert values.dtype == ours[name].dtype and values.shape == ours[name].shape
        assert values.tobytes() == ours[name].tobytes()
    assert facts["header"] == header if "header" in facts else path.parts[-3:][0] == "0.1"


@pytest.mark.parametrize("path", [each for each in FILES if "0.2" in each.parts], ids=str)
def test_the_checksum_is_a_crc32_of_header_and_arrays(path):
    arrays, facts = plain(path)
    total = zlib.crc32(json.dumps(facts["header"]).encode())
    for name in sorted(arrays):
        total = zlib.crc32(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode(), total)
        total = zlib.crc32(arrays[name].tobytes(), total)
    assert facts["crc32"] == total


@pytest.mark.parametrize("folder", TOYS, ids=names(TOYS))
def test_a_run_is_lines_of_json(folder):
    rows, clock = (
        [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
        for name in ("log.jsonl", "clock.jsonl")
    )
    assert len(rows) == len(clock) == 2 and rows == read_run(folder).rows
    seconds = [each["seconds"] for each in clock]
    assert [each["seconds"] for each in read_log(folder)] == seconds
    if (folder / "config.json").exists():
        config = json.loads((folder / "config.json").read_text("utf-8"))
        assert config == read_config(folder)
        assert config == {"name": "toy", "arguments": {"learning_rate": 0.3, "n_hidden": [4, 3]}}
