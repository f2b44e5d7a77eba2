"""Damaged and forged files: what disks, downloads and people who mean harm make of good ones."""

import random
import re
import struct
from collections.abc import Sequence

SIZES = (0, 1, 2, 7, 127, 128, 255, 256, 32767, 65535, 65536, 10**6, 2**31 - 1, 2**31, 2**32 - 1)
SIZES += (2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1)
NUMBERS = ("0", "-1", "1e308", "1e999", "nan", "inf", "-0", "1_0", "0x10", "٣", "1,5", "²")
NUMBERS += (
    str(2**31),
    str(2**63),
    str(10**18),
    "9" * 400,
    "9" * 5000,
    "1e-400",
    "20000",
    "1000000",
)
ANY = (
    *map(str.encode, NUMBERS), b"\x00", b"\xff", b"\n", b"\r\n", b"\t", b" ", b",", b";", b'"',
    b"'", b"\\", b"#", b"=", b":", b"[", b"]", b"{", b"}", b"(", b")", b"%", b"$", b"~", b"&a ",
    b"*a", b"\x1b[2J", b"\xed\xa0\x80", b"\xc3\x28", b"\xef\xbb\xbf", b"\xff\xfe",
    "\N{ZERO WIDTH JOINER}".encode(), "\N{RIGHT-TO-LEFT OVERRIDE}".encode(), b"null", b"true",
    b"None", b"NaN", b"{}", b"[]", b'""', b"a" * 5000,
)  # fmt: skip
LARGEST = 200_000  # bytes
NUMBER = re.compile(rb"[-+]?\d+(\.\d+)?")
WORD = re.compile(rb'"[^"\n]{0,999}"|[A-Za-z_][\w.]*')


def mutated(rng: random.Random, seeds: Sequence[bytes], words: Sequence[bytes] = ()) -> bytes:
    """A file made of one or two good ones by a few changes."""
    data = bytearray(rng.choice(seeds))
    for _ in range(1 + min(rng.getrandbits(3), rng.getrandbits(3), rng.getrandbits(4))):
        rng.choice(CHANGES)(rng, data, seeds, words)
    return bytes(data[:LARGEST])


def _place(rng, data) -> int:
    """A place, often near the beginning, where headers are."""
    limit = len(data) if rng.random() < 0.6 else min(len(data), rng.choice((8, 32, 128, 512)))
    return rng.randrange(limit + 1)


def _found(rng, data, pattern) -> re.Match | None:
    """The first match behind a place: to look for all would cost more than reading."""
    return pattern.search(data, _place(rng, data)) or pattern.search(data)


def flip(rng, data, seeds, words):
    if data:
        data[min(_place(rng, data), len(data) - 1)] ^= 1 << rng.randrange(8)


def byte(rng, data, seeds, words):
    if data:
        data[min(_place(rng, data), len(data) - 1)] = rng.choice(
            (0, 1, 127, 128, 255, rng.getrandbits(8))
        )


def number(rng, data, seeds, words):
    """A whole number of 1 to 8 bytes, of either order."""
    form = rng.choice(("B", "H", "I", "Q"))
    size = struct.calcsize(form)
    raw = struct.pack(rng.choice("<>") + form, rng.choice(SIZES) % 256**size)
    place = _place(rng, data)
    data[place : place + size] = raw


def cut(rng, data, seeds, words):
    del data[_place(rng, data) :]


def leave_out(rng, data, seeds, words):
    place = _place(rng, data)
    del data[place : place + rng.choice((1, 2, 4, 8, 64, rng.randrange(1, 1 + len(data) // 2 + 1)))]


def repeat(rng, data, seeds, words):
    place = _place(rng, data)
    piece = data[place : place + rng.choice((1, 2, 4, 16, 200))]
    data[place:place] = piece * rng.choice((1, 2, 3, 50, 1000, max(1, 20_000 // (len(piece) or 1))))


def swap(rng, data, seeds, words):
    a, b, n = _place(rng, data), _place(rng, data), rng.choice((1, 4, 16))
    data[a : a + n], data[b : b + n] = data[b : b + n], data[a : a + n]


def word(rng, data, seeds, words):
    place = _place(rng, data)
    new = rng.choice((*words, *ANY)) if words and rng.random() < 0.4 else rng.choice(words or ANY)
    data[place : place + rng.choice((0, 0, 0, 1, len(new)))] = new


def written_number(rng, data, seeds, words):
    """A number in digits becomes another one."""
    if found := _found(rng, data, NUMBER):
        start, end = found.span()
        data[start:end] = rng.choice(NUMBERS).encode()


def written_word(rng, data, seeds, words):
    """A word or a value becomes another thing."""
    if found := _found(rng, data, WORD):
        start, end = found.span()
        data[start:end] = rng.choice(words if words and rng.random() < 0.5 else ANY)


def cross(rng, data, seeds, words):
    other = rng.choice(seeds)
    place = _place(rng, data)
    data[place:] = other[rng.randrange(len(other) + 1) :]


def nest(rng, data, seeds, words):
    opening = rng.choice((b"[", b"{", b"(", b'{"a":', b"- ", b"[[", b"&a ["))
    place = _place(rng, data)
    deep = 100_000 if rng.random() < 0.1 else rng.choice((5, 100, 1500))
    data[place:place] = opening * min(deep, 100_000 // len(opening))


CHANGES = (
    flip, flip, byte, byte, number, number, cut, leave_out, repeat, swap, word, word,
    written_number, written_word, cross, nest,
)  # fmt: skip
