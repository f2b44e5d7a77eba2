#!/usr/bin/env bash
# How docs/pictures was made. first_run_* and own_digit_prediction.png: what `make train` does, on the
# embedded digits, and what start/your_own_picture.rst draws. The others: runs on the whole MNIST,
# which DLTUT_DATA or the data folder must hold (python -m dltut data mnist).
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" scripts/train_mlp.py --dataset digits --run-dir "$work/mlp"
for picture in mistakes curves confusion; do
    cp "$work/mlp/$picture.png" "docs/pictures/first_run_$picture.png"
done
cp "$work/mlp/curves.png" docs/pictures/mlp_curves.png

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

"$python" scripts/conv_demo.py --out "$work/conv_demo.png"
"$python" -c "from PIL import Image; Image.open('$work/conv_demo.png').convert('RGB').save(
    'docs/pictures/conv_demo.jpg', quality=85)"

# script, what else to say, the pictures to keep
learn() {
    "$python" "scripts/train_$1.py" --dataset mnist $2 --run-dir "$work/$1-mnist"
    for picture in $3; do
        cp "$work/$1-mnist/$picture.png" "docs/pictures/$1_$picture.png"
    done
}
learn logistic "" "confusion curves filters"
learn lenet "--max-epochs 1" "confusion filters"
learn mlp "--max-epochs 10" mistakes

# The first 64 hidden units after 100 epochs.
"$python" scripts/train_mlp.py --dataset mnist --max-epochs 100 --run-dir "$work/mlp-100"
"$python" - "$work" <<'PYTHON'
import sys

from dltut.serialize import read_arrays
from dltut.viz import filter_picture, first_layer_weights, save_picture

_, weights = first_layer_weights(read_arrays(f"{sys.argv[1]}/mlp-100/best.safetensors")[0])
save_picture("docs/pictures/mlp_filters.png", filter_picture(weights[:, :64], (28, 28)))
PYTHON
