#!/usr/bin/env bash
# How docs/pictures was made. first_run_* and own_digit_prediction.png: what `make train` does, on the
# embedded digits, and what start/your_own_picture.rst draws; regression_*, rnnslu_*, segmentation_*:
# what those pages draw; watch_*: screens of
# python -m dltut watch, taken by hand. The others: runs on the whole MNIST,
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

"$python" scripts/train_walkthrough.py --dataset digits --run-dir "$work/walkthrough"
cp "$work/walkthrough/losses.png" docs/pictures/walkthrough_losses.png

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

"$python" -m dltut sweep scripts/sweeps/logistic.yaml --run-dir "$work/sweep"
cp "$work/sweep/sweep.png" docs/pictures/sweep.png

"$python" scripts/conv_demo.py --out "$work/conv_demo.png"
"$python" -c "from PIL import Image; Image.open('$work/conv_demo.png').convert('RGB').save(
    'docs/pictures/conv_demo.jpg', quality=85)"

# What the page on vanishing gradients draws, and the five diagrams.
"$python" - "$work" <<'PYTHON'
import os
import sys
from pathlib import Path

sys.path.insert(0, "tests")
from test_docs import blocks

from dltut.viz import dimensions_picture, save_picture

save_picture("docs/pictures/recurrent_dimensions.png", dimensions_picture())
page, pictures, names = Path("docs/tutorial/vanishing_gradients.rst"), Path("docs/pictures").absolute(), {}
code = [block for block in blocks(page) if not block.is_doctest]
os.chdir(sys.argv[1])
for block in code:
    block.run(names, page)
Path("vanishing_gradients.png").rename(pictures / "vanishing_gradients.png")
PYTHON

# What the page on regression draws.
"$python" - "$work" <<'PYTHON'
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, "tests")
from test_docs import blocks

page, pictures, names = Path("docs/tutorial/regression.rst"), Path("docs/pictures").absolute(), {}
code = [block for block in blocks(page) if not block.is_doctest]
shutil.copy("docs/tutorial/diabetes.csv", sys.argv[1])
os.chdir(sys.argv[1])
for block in code:
    block.run(names, page)
    if Path("predicted.png").exists():
        break
shutil.copy("predicted.png", pictures / "regression_predicted.png")
PYTHON

# What the pages on slot filling and on segmentation draw.
"$python" - <<'PYTHON'
from dltut.datasets import Augmentation, augmented, rays, shapes
from dltut.datasets.slot_sentences import flights
from dltut.viz import overlay_picture, save_picture, strips_picture, tagged_picture

[six] = flights([6], seed=3)
save_picture("docs/pictures/rnnslu_tagged.png", tagged_picture(six))

data = shapes.shapes(side=32, counts=(24, 8, 8))
names, colours = data.targets.names, data.targets.colours
pixels = data.train.x[:3].reshape(3, 32, 32, 1).repeat(3, axis=3)
drawn = overlay_picture(pixels, {"true": data.train.y[:3]}, names, colours)
save_picture("docs/pictures/segmentation_shapes.png", drawn)
moves = Augmentation(flip_rows=True, flip_columns=True, rotation=25, shear=0.41, warp=2)
x, y = augmented(data.train.x[:3].reshape(3, 1, 32, 32), data.train.y[:3], moves, seed=1)
drawn = overlay_picture(x.transpose(0, 2, 3, 1).repeat(3, axis=3), {"mask": y}, names, colours)
save_picture("docs/pictures/segmentation_moved.png", drawn)
data = rays.rays(counts=(64, 16, 16))
ray, labels = data.inputs.original(data.train.x[0])[0], [data.train.y[0]]
drawn = strips_picture(ray, labels, data.targets.names, data.inputs.names, ["true"])
save_picture("docs/pictures/segmentation_ray.png", drawn)
PYTHON

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

from dltut.machine.serialize import read_arrays
from dltut.viz import filter_picture, first_layer_weights, save_picture

_, weights = first_layer_weights(read_arrays(f"{sys.argv[1]}/mlp-100/best.safetensors")[0])
save_picture("docs/pictures/mlp_filters.png", filter_picture(weights[:, :64], (28, 28)))
PYTHON

# Hamiltonian Monte Carlo: the script's picture, and the valley with the path of docs/tutorial/hmc.rst.
"$python" scripts/sample_hmc.py --run-dir "$work/hmc"
cp "$work/hmc/samples.png" docs/pictures/hmc_gaussian.png
"$python" scripts/sample_hmc.py --distribution banana --run-dir "$work/banana"
"$python" - "$work" <<'PYTHON'
import sys
from pathlib import Path

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.samplers import Banana, leapfrog
from dltut.machine.serialize import read_arrays
from dltut.viz import samples_picture, save_picture

energy, x, v, stepsize = Banana(), pt.matrix("x"), pt.matrix("v"), pt.scalar("stepsize")
page = Path("docs/tutorial/hmc.rst").read_text()
code = page[page.index("    one_step = ") :].partition("\n\n")[0]
exec(code.replace("    ", "", 1).replace("\n    ", "\n"))

samples = read_arrays(f"{sys.argv[1]}/banana/samples.safetensors")[0]["samples"][1000:]
height = function([x], pt.exp(-energy(x)))
picture = samples_picture(samples.reshape(-1, 2), height, path)
save_picture("docs/pictures/hmc_banana.png", picture)
PYTHON

# Autoencoders, on the embedded digits: without noise and with it, at three levels of contraction.
"$python" scripts/train_da.py --dataset digits --max-epochs 150 --run-dir "$work/da"
cp "$work/da/curves.png" docs/pictures/da_curves.png
cp "$work/da/corruption_30/reconstructions.png" docs/pictures/da_reconstructions.png
for level in 0 0.1 1; do
    "$python" scripts/train_ca.py --dataset digits --max-epochs 40 --contraction-level "$level" \
        --run-dir "$work/ca-$level"
done
"$python" scripts/plot_monitor.py "$work/ca-0" "$work/ca-0.1" "$work/ca-1" --channels penalty \
    --out docs/pictures/ca_penalty.png
"$python" - "$work" <<'PYTHON'
import sys

from PIL import Image

from dltut.machine.serialize import read_arrays
from dltut.viz import filter_picture, first_layer_weights, save_picture


def filters(run):
    """The first 36 of a run, six by six."""
    _, weights = first_layer_weights(read_arrays(f"{sys.argv[1]}/{run}/best.safetensors")[0])
    return filter_picture(weights[:, :36], (28, 28), min_size=0)


def beside(name, *runs):
    """The filters of several runs in one picture."""
    pictures = [filters(run) for run in runs]
    width, height = pictures[0].size
    picture = Image.new("L", (len(runs) * (width + 10) - 10, height), "white")
    for i, each in enumerate(pictures):
        picture.paste(each, (i * (width + 10), 0))
    save_picture(f"docs/pictures/{name}.png", picture)


beside("da_filters", "da/corruption_0", "da/corruption_30")
beside("ca_filters", "ca-0", "ca-0.1", "ca-1")
PYTHON

# A Boltzmann machine.
learn rbm "" "curves samples"
cp "$work/rbm-mnist/filters_at_epoch_15.png" docs/pictures/rbm_filters.png
"$python" docs/solutions/rbm_completion.py && mv completion.png docs/pictures/rbm_completion.png

# Stacks, on the embedded digits: with and without pretraining; what a belief network dreams of.
stack="--dataset digits --n-hidden 500 500 500 --pretrain-learning-rate 0.05 --batch-size 20"
sda="scripts/train_sda.py $stack --pretrain-batch-size 20 --max-epochs 100"
"$python" $sda --run-dir "$work/pretrained"
"$python" $sda --pretrain-epochs 0 --run-dir "$work/random weights"
cp "$work/pretrained/parts.png" docs/pictures/sda_parts.png
"$python" scripts/train_dbn.py $stack --pretrain-epochs 20 --max-epochs 60 --run-dir "$work/dbn"
"$python" - "$work" <<'PYTHON'
import sys

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.machine.config import configure
from dltut.datasets import load
from dltut.models import gibbs_samples, load_model
from dltut.training import minibatch_function, read_log
from dltut.viz import chain_picture, learning_curves, save_picture

runs = {name: read_log(f"{sys.argv[1]}/{name}") for name in ("pretrained", "random weights")}
save_picture("docs/pictures/sda_curves.png", learning_curves(runs))

configure()
data = load("digits")
model = load_model(f"{sys.argv[1]}/dbn/layer2/best.safetensors")
*lower, top = model.rbms
x, h = pt.matrix("x"), pt.matrix("h")
down = h
for rbm in reversed(lower):
    down = rbm.propdown(down)
up, down = function([x], model.inputs_of(len(lower), x)), function([h], down)


def dream(name, n_steps):
    codes = gibbs_samples(top, up(data.test.x[:20]), n_samples=10, n_steps=n_steps)
    save_picture(f"docs/pictures/{name}.png", chain_picture(np.stack([down(c) for c in codes])))


dream("dbn_dreams", 10)
codes = shared_dataset((up(data.train.x), data.train.y))
guess, updates = top.cost_updates(h, 0.02, k=5, persistent=top.persistent_chain(20))
learn = minibatch_function(guess, [h], codes, 20, updates)
for i in range(30 * learn.n_batches):
    learn(i % learn.n_batches)
dream("dbn_dreams_persistent", 200)
PYTHON

# The reviews of IMDB, which the data folder must hold (python -m dltut data imdb), and minutes.
"$python" scripts/train_lstm.py --dataset imdb --longest 400 --longer cut --rule adam \
    --learning-rate 0.001 --batch-size 64 --valid-every 156 --max-epochs 5 --run-dir "$work/lstm"
cat > "$work/reviews.txt" <<'TEXT'
I expected a dull film, but the story is moving and the acting is superb. I loved it!
The plot makes no sense, the jokes are lame, and after an hour I wanted my money back.
Great cast, great music, and still it is a terrible waste of time.
TEXT
"$python" -m dltut predict "$work/lstm" "$work/reviews.txt" --out docs/pictures/lstm_words.png
rm docs/pictures/lstm_words.csv
