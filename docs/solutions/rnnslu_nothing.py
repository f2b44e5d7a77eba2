"""A tagger that finds nothing: few words are wrong, and all chunks are missed."""

from dltut.datasets.slot_sentences import flights
from dltut.tasks import chunk_scores

[sentences] = flights([400], seed=1)
true = [tags for _, tags in sentences]
nothing = [["O"] * len(tags) for tags in true]
n_words = sum(map(len, true))
wrong = sum(tag != "O" for tags in true for tag in tags) / n_words
f1 = chunk_scores(true, nothing).f1
print(f"word error {100 * wrong:.0f} %, F1 {100 * f1:.0f} %")
assert wrong < 0.5
assert f1 == 0
