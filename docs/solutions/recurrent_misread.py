"""The right shape with the wrong numbers: two series, turned by reshape."""

import numpy as np

up, down = np.arange(1, 5), -np.arange(1, 5)
batch = np.stack([up, down])[:, :, None]  # (batch, time, features)
right = batch.transpose(1, 0, 2)  # (time, batch, features)
wrong = batch.reshape(4, 2, 1)
print("right, a step a row:", right[:, :, 0].tolist())
print("wrong, a step a row:", wrong[:, :, 0].tolist())
assert right[:, 0, 0].tolist() == [1, 2, 3, 4] and right[:, 1, 0].tolist() == [-1, -2, -3, -4]
assert wrong[:, 0, 0].tolist() == [1, 3, -1, -3]  # half of one series, then half of the other
