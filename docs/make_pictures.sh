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
