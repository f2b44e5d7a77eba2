"""Bits a character of models that count: no context, one character, two."""

from collections import Counter
from math import log2

text = (
    "A recurrent network reads a text from its first character to its last. At each of them it "
    "says which one it expects, and is told which one came. Of that alone it learns to spell, to "
    "keep words apart, and to close the brackets that it has opened. "
) * 20
cut = int(0.9 * len(text))
known, new = text[:cut], text[cut:]
alphabet = sorted(set(text))


def bits(length):
    """On the new text, from counts on the known; one is added to each count, so that none is 0."""
    pairs = Counter(known[k : k + length + 1] for k in range(len(known) - length))
    before = Counter(known[k : k + length] for k in range(len(known) - length))
    total = 0.0
    for k in range(length, len(new)):
        context = new[k - length : k]
        total -= log2((pairs[context + new[k]] + 1) / (before[context] + len(alphabet)))
    return total / (len(new) - length)


found = [bits(length) for length in (0, 1, 2)]
print("no context {:.2f}, one character {:.2f}, two {:.2f} bits".format(*found))
assert log2(len(alphabet)) > found[0] > found[1] > found[2]
