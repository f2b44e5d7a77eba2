#!/usr/bin/env bash
# How docs/pictures/first_run_*.png and own_digit_prediction.png were made: what `make train` does, on
# the embedded digits, and what start/your_own_picture.rst draws.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" scripts/train_mlp.py --dataset digits --run-dir "$work/mlp"
for picture in mistakes curves confusion; do
    cp "$work/mlp/$picture.png" "docs/pictures/first_run_$picture.png"
done

"$python" - "$work" <<'PYTHON'
import sys
from pathlib import Path

from dltut.datasets import load
from dltut.models import load_model, probability_function
from dltut.viz import mistakes_picture, save_picture

work = Path(sys.argv[1])
test = load("digits").test
p = probability_function(load_model(work / "mlp" / "best.safetensors"))(test.x)
save_picture("docs/pictures/first_run_surest.png", mistakes_picture(test.x, test.y, p, n=8))

page = Path("docs/start/your_own_picture.rst").read_text()
drawing = page.partition("from PIL import")[2].partition("\n\nPrepared")[0]
code = "from PIL import" + drawing.replace("\n    ", "\n").replace("three.png", f"{work}/three.png")
exec(code)
PYTHON
"$python" -m dltut predict "$work/mlp" "$work/three.png" --out docs/pictures/own_digit_prediction.png
