"""The most that a file can ask of each reader: ``python tests/fuzz/worst.py`` measures a megabyte.

Each input repeats the shortest thing that makes a reader work, or the one over which its time
would grow faster than the file. `test_worst` tries shorter ones under the same limits.
"""

import argparse
import io
import itertools
import json
import pickle
import random
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fuzz.readers import READERS, npy, npz, with_length
from fuzz.run import trial
from fuzz.watch import Watch


def repeated(piece: bytes, before: bytes = b"", after: bytes = b"") -> Callable:
    """A file of any size: a beginning, a piece again and again, an end."""
    return lambda n: before + piece * max(1, (n - len(before) - len(after)) // len(piece)) + after


def counted(piece: str, before: str = "", after: str = "", between: str = "") -> Callable:
    """As `repeated`, with the number of the piece in its braces."""

    def made(n):
        pieces, left = [], n - len(before) - len(after)
        for number in itertools.count():
            pieces.append(piece.format(number))
            left -= len(pieces[-1]) + len(between)
            if left <= 0:
                return (before + between.join(pieces) + after).encode()

    return made


def lines(n: int, make: Callable, before: str = "") -> bytes:
    """Lines that a function draws."""
    rng, out = random.Random(0), [before]
    left = n
    while left > 0:
        out.append(make(rng))
        left -= len(out[-1])
    return "".join(out).encode()


def prose(n):
    """A table of texts whose words are nearly all different."""

    def line(rng):
        return f"{rng.getrandbits(30):x} {rng.getrandbits(20):x} it's a,{rng.randrange(2)}\n"

    return lines(n, line, "text,label\n")


def marks(n):
    """Texts of nothing but tokens of one character."""

    def line(rng):
        return "".join(rng.choices(".!?;:a7_", k=60)) + f",{rng.randrange(2)}\n"

    return lines(n, line, "text,label\n")


def days(mark):
    """Times, nearly all of them of another day."""

    def line(rng):
        day = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1000, 9999)
        return f"{mark.join(map(str, day))};1\n"

    return lambda n: lines(n, line, "time;power\n")


def one_long_cell(n):
    """A column of few short texts and a long one: an array has as much room for each."""
    rows = [f"{k % 9},{'ab'[k % 2]},{k % 3}\n" for k in range(n // 14)]
    return ("a,b,kind\n" + "".join(rows) + f"1,{'x' * min(n // 2, 130_000)},1\n").encode()


def categories(n):
    """Columns of twenty texts, each of which becomes a column."""
    letters = "abcdefghijklmnopqrst"
    rows = [
        ",".join(letters[(k + j) % 20] for j in range(20)) + f",{k % 3}\n"
        for k in range(max(50, n // 42))
    ]
    return (",".join(f"c{k}" for k in range(20)) + ",y\n" + "".join(rows)).encode()


def columns(cell, rows=30):
    """Many columns, few rows."""

    def made(n):
        width = max(2, n // (rows * (len(cell) + 1) + 7))
        row = (cell + ",") * (width - 1)
        head = ",".join(f"c{k}" for k in range(width)) + "\n"
        return (head + "".join(f"{row}{k % 3}\n" for k in range(rows))).encode()

    return made


def near_names(n):
    """A header of names that all look like the one that is looked for."""
    names = [f"text{k:x}" for k in range(n // 12)]
    return (",".join(names) + "\n" + ",".join(["1"] * len(names)) + "\n").encode()


def opcodes(piece: bytes, before: bytes = b"", after: bytes = b".") -> Callable:
    """A pickle of an instruction again and again."""
    return repeated(piece, b"\x80\x04" + before, after)


TUPLE = b"(" + b"K\x01" * 9 + b"t"  # as many values as a key may have
ARRAY = (
    b"cnumpy.core.multiarray\n_reconstruct\n\x94cnumpy\nndarray\n\x94K\x00\x85\x94C\x01b\x94\x87\x94"
    b"00"
)


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """A chunk of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def png(width: int, *chunks: bytes) -> bytes:
    """A row of grey pixels."""
    head = chunk(b"IHDR", struct.pack(">2I5B", width, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND")


def png_chunks(kind, data=b""):
    """A picture with the same chunk again and again."""
    each = chunk(kind, data)
    return lambda n: png(
        1, *[each] * max(1, n // len(each)), chunk(b"IDAT", zlib.compress(bytes(2)))
    )


def png_in_pieces(n):
    """A picture whose data come in pieces of one byte."""
    width = n // 13
    data = zlib.compress(b"\0" + random.Random(0).randbytes(width), 0)
    return png(width, *(chunk(b"IDAT", data[k : k + 1]) for k in range(len(data))))


def tags(*entries) -> bytes:
    """What a TIFF says of a picture; each entry is a tag, a type, a count and a value."""
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<2H2I", *e) for e in entries)


def tiff_strips(n):
    """A picture of as many strips as rows."""
    rows, data = max(1, n // 9), 200
    known = tags(
        (256, 4, 1, 1), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, rows, data), (278, 4, 1, 1), (279, 4, rows, data + 4 * rows),
    )  # fmt: skip
    head = (b"II*\0" + struct.pack("<I", 8) + known + bytes(4)).ljust(data, b"\0")
    return head + struct.pack("<I", data + 8 * rows) * rows + struct.pack("<I", 1) * rows + b"\0"


def tiff_pages(n):
    """As many pages of one pixel as there is room for."""
    out = b"II*\0" + struct.pack("<I", 8)
    known = tags(
        (256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 0),
        (279, 4, 1, 1),
    )  # fmt: skip
    size = len(known) + 4
    pages = max(1, n // size)
    places = [8 + size * k for k in range(1, pages)] + [0]
    return out + b"".join(known + struct.pack("<I", place) for place in places)


def gif(n):
    """Pages of one pixel each."""
    head = b"GIF89a" + struct.pack("<2H3B", 300, 300, 0x80, 0, 0) + bytes(6)
    page = b"," + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + page * max(2, n // len(page)) + b";"


def scans(n):
    """A JPEG of many scans, each of which goes through the whole picture."""
    side = min(4000, 8 * int((n / 10) ** 0.5))
    file = io.BytesIO()
    Image.new("L", (side, side), 9).save(file, "JPEG", progressive=True, quality=50)
    data = file.getvalue()
    place = data.rindex(b"\xff\xda")
    last = data[place:-2]
    return data[:-2] + last * max(1, (n - len(data)) // len(last)) + b"\xff\xd9"


def jpeg_markers(n):
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "JPEG")
    data = file.getvalue()
    return data[:2] + b"\xff\xe1\x00\x02" * (n // 4) + data[2:]


def bmp_rle(n):
    """Rows packed by their lengths: as many pixels as the limits let through."""
    side = int((64 * 2**20 / 6) ** 0.5)
    body = (b"\xff\x01" * (side // 255) + b"\0\0") * side
    head = struct.pack("<2sI2HI", b"BM", 54 + 1024 + len(body), 0, 0, 54 + 1024)
    head += struct.pack("<3I2H6I", 40, side, side, 1, 8, 1, len(body), 0, 0, 256, 0)
    return (head + bytes(1024) + body)[:n]


def ppm_text(n):
    side = max(1, int((n / 2) ** 0.5))
    return f"P2\n{side} {side}\n255\n".encode() + b"1 " * (side * side)


def midi(event, before=b""):
    """One track of an event without end."""

    def made(n):
        body = before + event * ((n - 30) // len(event)) + b"\0\xff\x2f\0"
        return b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + struct.pack(">I", len(body)) + body

    return made


def members(n):
    """An archive of arrays without elements."""
    return npz(**{f"a{k}": np.zeros(0) for k in range(max(1, n // 330))})


def empty_members(n):
    """An archive of files without content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for k in range(max(1, n // 90)):
            archive.writestr(f"{k}", b"")
    return file.getvalue()


def tensors(n):
    """A safetensors file of arrays without elements."""
    entry = '"{0}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'
    header = counted(entry, "{", "}", ",")(n)
    return struct.pack("<Q", len(header)) + header


def names(n):
    """The header of a model file with many names of words and classes."""
    given = [f"c{k}" for k in range(n // 24)]
    inputs = {"kind": "Words", "vocabulary": given, "longest": None, "tokeniser": "words"}
    targets = {"kind": "Classes", "names": given}
    arguments = {"n_in": 4, "n_out": 2}
    header = {"model": "LogisticRegression", "arguments": arguments}
    return json.dumps(header | {"inputs": inputs, "targets": targets}).encode()


def anchors(n):
    """Names that are all alike, and one that is asked for."""
    each = [f"- &{'a' * 78}{k:04} 1\n" for k in range(min(2900, n // 90))]
    return ("".join(each) + f"- *{'a' * 82}\n").encode()


def yaml_of(piece, before="", after="", between=""):
    """Of the largest size that is read."""
    made = counted(piece, before, after, between)
    return lambda n: made(min(n, 99_000))


def dumped(make):
    """A pickle."""
    return lambda n: pickle.dumps(make(n), 2)


def reviews(*, each, size, more=()):
    """Reviews that are alike, each of so many bytes, and some others."""

    def made(n):
        texts = [*more, *([*each] for _ in range(n // size))]
        return pickle.dumps([(texts, [k % 2 for k in range(len(texts))])] * 2, 2)

    return made


def nifti_bytes(n):
    head, *_ = READERS["volume"].seeds(None)
    slices = max(1, n // 20_000)
    shape = struct.pack("<8h", 3, 100, 100, slices, 1, 1, 1, 1)
    return head[:40] + shape + head[56:352] + bytes(20_000 * slices)


def atis(n):
    """A fold of short sentences."""
    rest = [([[0]], [[0]], [[1]]), ([[1]], [[0]], [[0]])]
    names = {"words2idx": {"a": 0}, "labels2idx": {"O": 0}, "tables2idx": {}}
    return pickle.dumps(([[[0] for _ in range(n // 12)]] * 3, *rest, names), 2)


UNPACKED = zlib.compress(bytes(900_000), 9)
THEANO = b"import theano.tensor as T\n"
REST = b'],"valid":[[[60]]],"test":[[[60]]]}'
WORST = {
    "csv": {
        "prose": prose,
        "marks": marks,
        "a long cell": one_long_cell,
        "categories": categories,
        "columns of numbers": columns("1"),
        "columns of texts": columns("a"),
        "columns of gaps": columns("?"),
        "columns and few rows": columns("1", rows=2),
        "names like another": near_names,
        "quotes": repeated(b'""""""""""""""""'),
        "quoted lines": repeated(b'"\n\n\n\n\n\n\n",1\n'),
        "comments": repeated(b"#\n"),
        "blanks": repeated(b" " * 1000 + b"\n"),
        "one line": repeated(b"1 "),
        "short rows": repeated(b"1,2\n"),
        "short rows of text": repeated(b"a,2\nb,1\n"),
        "digits": repeated(b"1" * 100_000 + b",1\n"),
        "not UTF-8": repeated(b"\xff,1\n\xfe,2\n"),
    },
    "reviews table": {"prose": prose, "marks": marks, "names like another": near_names},
    "series": {
        "short rows": repeated(b"1\n2\n"),
        "days": days("/"),
        "gaps": repeated(b"?\n1\n", b"power\n"),
        "columns": columns("1"),
        "columns of text": columns("a"),
    },
    "series asked": {"days": days(".")},
    "table asked": {
        "columns": columns("1"),
        "texts": repeated(b"1,2,x\n", b"a,b,kind\n"),
        "other texts": counted("1,2,x{0}\n", "a,b,kind\n"),
    },
    "text asked": {
        "marks": lambda n: bytes(random.Random(0).choices(b".!?;:a7_ ", k=n)),
        "lines": repeated(b"a\n"),
        "breaks": repeated(b"<br" + b" " * 50),
        "short forms": repeated(b"n't"),
        "dots": repeated(b"1."),
        "one letter": repeated(b"a"),
        "digits and letters": repeated(b"1" * 5000 + b"a "),
    },
    "characters": {
        "different ones": lambda n: (
            "".join(map(chr, range(0x20000, 0x20000 + min(n // 8, 0x90000)))).encode() * 2
        ),
        "one": repeated(b"a"),
    },
    "slot columns": {
        "short lines": repeated(b"a O\n"),
        "sentences": repeated(b"a O\n\n"),
        "columns": repeated(b"a "),
    },
    "slot json": {
        "pieces": repeated(b'{"text":"a"},', b'{"a":[{"data":[', b'{"text":"a"}]}]}'),
        "sentences": repeated(b'{"data":[]},', b'{"a":[', b'{"data":[]}]}'),
        "marks": repeated(b".,a;", b'{"a":[{"data":[{"text":"', b'"}]}]}'),
    },
    "music json": {
        "empty frames": repeated(b"[],", b'{"train":[[', b"[]]" + REST),
        "pieces": repeated(b"[[60]],", b'{"train":[', b"[[60]]" + REST),
        "notes": repeated(b"60,", b'{"train":[[[', b"60]]" + REST),
        "brackets": repeated(b"["),
        "keys": counted('"{0}":1', "{", "}", ","),
        "one long piece": lambda n: (
            b'{"train":[[[60]]],"valid":[[' + b"[]," * (n // 6) + b"[]]"
            + b",[[60]]" * (n // 14) + b'],"test":[[[60]]]}'
        ),
    },
    "music pickle": {
        "empty frames": dumped(
            lambda n: {"train": [[[] for _ in range(n // 4)]], "valid": [[[60]]], "test": [[[60]]]}
        ),
    },
    "rays": {
        "short lines": repeated(b"0\n"),
        "one line": repeated(b"0 "),
        "a long number": lambda n: b"0\n" * (n // 4) + b"1" * (n // 2) + b"\n",
    },
    "classes": {"lines": counted("c{0}\n"), "cells": repeated(b"a,")},
    "rc file": {
        "options": counted("a{0}=1\n", "[global]\n"),
        "sections": counted("[a{0}]\nb=1\n"),
        "lines that go on": repeated(b" a\n", b"[global]\na=1\n"),
        "blanks": repeated(b" ", b"[global]\na", b"=1"),
        "brackets": repeated(b"["),
        "comments": repeated(b"# \n"),
        "references": repeated(b"%(a)s", b"[global]\na=", b"\n"),
        "long references": counted(
            "a{0}=%(b)s%(b)s\n", "[global]\nb=" + "x" * 4000 + "\n"
        ),
    },
    "flags": {
        "options": lambda n: counted("a{0}=1", between=",")(min(n, 120_000)),
        "quotes": lambda n: repeated(b"'")(min(n, 120_000)),
    },
    "yaml": {
        "values": yaml_of("- 1\n"),
        "keys": yaml_of("a{0}: 1\n"),
        "a long text": yaml_of("a", "a: "),
        "a text in quotes": yaml_of("\\n", 'a: "', '"'),
        "a folded text": yaml_of(" a\n\n", "a: >\n"),
        "comments": yaml_of("#\n"),
        "depth": yaml_of("["),
        "depth of blocks": yaml_of("- "),
        "depth of keys": yaml_of("? "),
        "aliases": yaml_of("*a,", "- &a [1]\n- [", "]"),
        "anchors": anchors,
        "directives": yaml_of("%TAG !a{0}! tag:b\n", "", "---\na: 1\n"),
        "documents": yaml_of("---\n"),
        "blanks": yaml_of("%(a)i "),
        "variables": yaml_of("${{HOME}}", "a: "),
        "a flow over lines": yaml_of("1,\n", "a: [", "]"),
        "spaces": yaml_of(" "),
        "what could be keys": yaml_of("{0} ", "[", "]", ","),
        "characters by number": yaml_of("\\u0061", 'a: "', '"'),
    },
    "experiment": {
        "keys": yaml_of("a{0}: 1\n"),
        "phases": yaml_of("- a: 1\n"),
        "layers": yaml_of("Dense,", "model: {name: Sequential, layers: [", "]}\n"),
    },
    "sweep": {"keys": yaml_of("a{0}: 1\n")},
    "safetensors": {
        "tensors": tensors,
        "blanks": lambda n: with_length(b"{" + b" " * n + b"}"),
        "metadata": lambda n: with_length(
            counted('"a{0}":""', '{"__metadata__":{', "}}", ",")(n)
        ),
        "brackets": lambda n: with_length(b'{"__metadata__":{"dltut":"' + b"[" * n + b'"}}'),
    },
    "model": {"tensors": tensors},
    "trained": {"names": names, "brackets": repeated(b'{"a":')},
    "npy": {
        "a long header": lambda n: b"\x93NUMPY\x02\x00" + struct.pack("<I", n) + b"(" * n,
        "a header of blanks": lambda n: b"\x93NUMPY\x02\x00" + struct.pack("<I", n) + b" " * n,
        "bytes": lambda n: npy(np.zeros((n // 4, 4), np.uint8)),
        "columns": lambda n: npy(np.arange(n // 20 * 20).reshape(20, -1).astype(np.uint8)),
    },
    "npz": {
        "arrays": members,
        "members": empty_members,
        "swollen": lambda n: npz(
            np.savez_compressed, x=np.zeros((13 * n // 32, 4)), y=np.arange(13 * n // 32) % 3
        ),
    },
    "npz of Pylearn2": {"arrays": members, "members": empty_members},
    "idx": {"bytes": lambda n: b"\0\0\x08\x01" + struct.pack(">I", n) + bytes(n)},
    "idx folder": {
        "pictures": lambda n: b"\0\0\x08\x03" + struct.pack(">3I", n // 4, 2, 2) + bytes(n // 4 * 4)
    },
    "pickle": {
        "marks": opcodes(b"("),
        "lists": opcodes(b"]"),
        "lists in lists": lambda n: b"]" * (n // 2) + b"a" * (n // 2 - 1) + b".",
        "tuples": opcodes(b"\x85", b"N"),
        "numbers": opcodes(b"K\x01", b"(", b"l."),
        "numbers in text": opcodes(b"I1\n", b"(", b"l."),
        "memory": opcodes(b"N\x94", b"(", b"l."),
        "from memory": opcodes(b"h\x00", b"N\x94(", b"l."),
        "keys": opcodes(b"h\x00Ns", TUPLE + b"\x94}"),
        "keys together": opcodes(b"h\x00N", TUPLE + b"\x94}(", b"u."),
        "a set": opcodes(b"h\x00", TUPLE + b"\x94\x8f(", b"\x90."),
        "sets": opcodes(b"(h\x00\x91", TUPLE + b"\x94", b"."),
        "names": opcodes(b"cnumpy\ndtype\n"),
        "types": opcodes(b"h\x00h\x01R0", b"cnumpy\ndtype\n\x94C\x02u1\x85\x94"),
        "arrays": opcodes(b"h\x00h\x04R", ARRAY + b"(", b"l."),
        "a large number": lambda n: b"\x80\x04\x8b" + struct.pack("<I", n) + b"\x7f" * n + b".",
        "frames": opcodes(b"\x95" + bytes(8)),
        "pickles": lambda n: b"N." * (n // 2),
        "lines": repeated(b"Vaaaaaaaaa\n0", b"", b"N."),
        "characters by number": repeated(b"\\u0061", b"V", b"\n."),
        "bytes by number": repeated(b"\\x61", b"S'", b"'\n."),
    },
    "pickle packed": {"pickles": lambda n: b"N." * (13 * n // 2)},
    "pickle data": {
        "rows": dumped(lambda n: [([[1.0]] * (n // 3), [0, 1] * (n // 6))] * 3),
        "keys": dumped(lambda n: {f"{k}": [k] for k in range(n // 16)}),
    },
    "reviews": {
        "short ones": reviews(each=[2], size=11),
        "empty ones": reviews(each=[], size=8, more=[[2]]),
        "a long one": lambda n: reviews(each=[2], size=n // 40, more=[[2] * (n // 2)])(n),
        "a long one among many": lambda n: reviews(each=[3], size=16, more=[[2] * (n // 4)])(n),
    },
    "slot fold": {"sentences": atis},
    "picture": {
        "scans": scans,
        "markers of a JPEG": jpeg_markers,
        "texts": png_chunks(b"tEXt", b"a\0b"),
        "unknown chunks": png_chunks(b"abCd"),
        "packed texts": png_chunks(b"zTXt", b"a\0\0" + UNPACKED),
        "packed profiles": png_chunks(b"iCCP", b"a\0\0" + UNPACKED),
        "packed texts of languages": png_chunks(b"iTXt", b"a\0\1\0\0\0" + UNPACKED),
        "data in pieces": png_in_pieces,
        "strips": tiff_strips,
        "run lengths": bmp_rle,
        "numbers in text": ppm_text,
        "comments": repeated(b"#\n", b"P5\n", b"1 1 255\n\0"),
    },
    "picture pages": {"strips": tiff_strips, "pages of a TIFF": tiff_pages, "pages of a GIF": gif},
    "volume": {"bytes": nifti_bytes},
    "midi": {
        "notes": midi(b"\0\x3c\x40", b"\0\x90\x3c\x40"),
        "notes on and off": midi(b"\1\x3c\x40\1\x3c\0", b"\0\x90\x3c\x40"),
        "tempo": midi(b"\1\xff\x51\x03\x07\xa1\x20"),
        "texts": midi(b"\0\xff\x01\x00"),
        "programs": midi(b"\0\xc0\x01\0\x90\x3c\x40"),
        "bends": midi(b"\0\xe0\x01\x01"),
    },
    "old script": {
        "brackets": repeated(b"(", THEANO),
        "brackets in a print": repeated(b"(", THEANO + b"print "),
        "signs": repeated(b"-", THEANO + b"print "),
        "lines": repeated(b"print x\n", THEANO),
        "statements": repeated(b"x=1\n", THEANO),
        "calls": repeated(b"T.dot(x,x)\n", THEANO),
        "strings": repeated(b"'a' ", THEANO + b"print "),
        "backquotes": repeated(b"`", THEANO),
        "backquotes that end": repeated(b"``x``+", THEANO),
        "signs in lines": repeated(b"y=" + b"-" * 200 + b"x\n", THEANO + b"print x\n"),
    },
    "notebook": {
        "cells": repeated(
            b'{"cell_type":"code","source":"import theano"},', b'{"cells":[', b"{}]}"
        ),
        "lines": repeated(
            b'"import theano;print x\\n",', b'{"cells":[{"cell_type":"code","source":[', b'""]}]}'
        ),
    },
}  # fmt: skip
# What takes more than the limits, and how many times them: examples that are larger than what
# stands in the file, a frame of music 352 bytes, a line that is asked about 350, a cell that
# becomes one column for each text 80.
LARGER = {
    ("csv", "categories"): 4,
    ("text asked", "lines"): 4,
    ("music json", "empty frames"): 4,
    ("music json", "pieces"): 3,
    ("music pickle", "empty frames"): 3,
    ("music json", "one long piece"): 2,
    ("midi", "notes"): 2,
    ("midi", "notes on and off"): 2,
    ("midi", "texts"): 2,
    ("midi", "bends"): 2,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("readers", nargs="*", help="default: all that there are inputs for")
    parser.add_argument("--megabytes", type=float, default=1.0)
    given = parser.parse_args()
    watch = Watch()
    for name in given.readers or [name for name in WORST if name in READERS]:
        for what, make in WORST[name].items():
            data = make(int(given.megabytes * 2**20))
            with trial(name, watch) as each:
                each.allowance *= LARGER.get((name, what), 1)
                began = time.process_time()
                faults = each.faults(data)
                took = time.process_time() - began
                faults += each.faults_of_room(data)
            told = f"{name:16} {what:26} {len(data):9,} bytes {took:6.2f} s"
            print(told, "; ".join(faults)[:150], flush=True)


if __name__ == "__main__":
    main()
