"""A matrix that makes vectors ten times as long, once; and its powers vanish."""

import numpy as np

U = np.array([[0.5, 10.0], [0.0, 0.5]])
norms = [np.linalg.norm(np.linalg.matrix_power(U, k), 2) for k in (1, 2, 5, 20, 40)]
print("largest singular value", np.linalg.norm(U, 2).round(2), "spectral radius", 0.5)
print("of its powers:", np.round(norms, 8))
assert norms[0] > 10 and norms[-1] < 1e-9  # the bound by the norm alone would be 10 ** 40
