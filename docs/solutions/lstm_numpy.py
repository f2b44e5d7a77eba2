"""An LSTM written as a loop in NumPy, beside the layer; with a mask."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from scipy.special import expit

from dltut.layers import LSTM, Recurrent

pytensor.config.floatX, pytensor.config.mode = "float64", "FAST_COMPILE"
rng = np.random.RandomState(1)
n_steps, n_texts, n_in, n = 5, 3, 2, 4
cell = LSTM(rng, n_in, n, b=rng.normal(size=4 * n))
W, U, b = (param.get_value() for param in cell.params)
x = rng.normal(size=(n_steps, n_texts, n_in))
mask = (np.arange(n_steps)[:, None] < [5, 2, 3]).astype(float)

h = c = np.zeros((n_texts, n))
states = []
for x_t, is_word in zip(x, mask[:, :, None], strict=True):
    i, f, o, g = np.split(x_t @ W + h @ U + b, 4, axis=1)
    c_new = expit(f) * c + expit(i) * np.tanh(g)
    h_new = expit(o) * np.tanh(c_new)
    h, c = is_word * h_new + (1 - is_word) * h, is_word * c_new + (1 - is_word) * c
    states.append(h)

layer = Recurrent(cell)(pt.as_tensor(x), pt.as_tensor(mask)).eval()
print(f"largest difference {np.abs(layer - states).max():.1e}")
np.testing.assert_allclose(layer, states, rtol=1e-12)
