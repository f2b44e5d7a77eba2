"""Two naive forecasts of the generated series, 1 and 24 quarters of an hour ahead."""

import numpy as np

from dltut.datasets.series import daily_rhythm

values = daily_rhythm().values[:, 0]
per_day, errors = 96, {}
for ahead in (1, 24):
    come = values[per_day:]
    stays, yesterday = values[per_day - ahead : -ahead], values[:-per_day]
    errors[ahead] = [np.sqrt(((come - said) ** 2).mean()) for said in (stays, yesterday)]
    print(f"{ahead:2} ahead: persistence {errors[ahead][0]:.3f}, yesterday {errors[ahead][1]:.3f}")
assert errors[1][0] < errors[1][1] and errors[24][1] < errors[24][0]
