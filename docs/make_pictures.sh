#!/usr/bin/env bash
# How docs/pictures/first_run_*.png were made: what `make train` does, on the embedded digits.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" scripts/train_mlp.py --dataset digits --run-dir "$work/mlp"
for picture in mistakes curves confusion; do
    cp "$work/mlp/$picture.png" "docs/pictures/first_run_$picture.png"
done

"$python" - "$work/mlp/best.safetensors" <<'PYTHON'
import sys

from dltut.datasets import load
from dltut.models import load_model, probability_function
from dltut.viz import mistakes_picture, save_picture

test = load("digits").test
probabilities = probability_function(load_model(sys.argv[1]))(test.x)
save_picture("docs/pictures/first_run_surest.png", mistakes_picture(test.x, test.y, probabilities, n=8))
PYTHON
