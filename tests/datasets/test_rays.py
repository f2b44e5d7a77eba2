"""Made-up rays, and files as the tutorial had them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dltut.datasets.rays import FILES, has_rays, ray, rays, read_rays
from dltut.exceptions import InputError


def test_layers_come_in_their_order():
    rng = np.random.default_rng(1)
    for _ in range(20):
        x, y = ray(rng, 200)
        assert x.shape == (200, 2) and (np.diff(y) >= 0).all() and {*y} == set(range(7))
        assert np.std(np.diff(x[:, 0])) < np.std(np.diff(x[:, 1])) / 4  # smooth
    data = rays(counts=(5, 2, 2))
    assert abs(data.train.x.mean()) < 1e-5 and data.train.y.shape == (5, 200)
    np.testing.assert_array_equal(data.train.x, rays(counts=(5, 2, 2)).train.x)


def files(folder, n=20, steps=60, **changed):
    rng = np.random.default_rng(1)
    arrays = {name: rng.random((n, steps)).round(4) for name in ("raw", "smooth")}
    arrays |= {"y": rng.integers(0, 7, (n, steps))} | changed
    for name, values in arrays.items():
        lines = (" ".join(map(str, row)) for row in np.asarray(values).tolist())
        (folder / FILES[name]).write_text("\n".join(lines) + "\n")
    return arrays


def test_files_of_the_tutorial(tmp_path):
    arrays = files(tmp_path)
    assert has_rays(tmp_path)
    data = read_rays(tmp_path)
    assert [len(split) for split in data] == [14, 3, 3] and data.inputs.shape == (60, 2)
    found = {row.tobytes() for split in data for row in split.y}
    assert found == {row.astype(np.int32).tobytes() for row in arrays["y"]}
    whole = np.concatenate([data.inputs.original(split.x) for split in data])
    np.testing.assert_allclose(np.sort(whole[..., 1].ravel()), np.sort(arrays["raw"].ravel()), 1e-4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"raw": np.zeros((19, 60))}, "the files have different sizes: "),
        ({"y": np.full((20, 60), 7)}, "holds 7 to 7; expected whole numbers from 0 to 6"),
        ({"y": np.full((20, 60), 0.5)}, "holds 0.5 to 0.5; expected whole numbers"),
        ({"raw": [["x"] * 60] * 20}, "holds what is no number"),
        ({"raw": [["nan"] * 60] * 20}, "holds NaN or infinite values"),
        ({"raw": [[1] * 60] * 19 + [[1] * 59]}, "has lines of .* numbers; expected a ray a line"),
    ],
)
def test_files_that_do_not_fit(changed, message, tmp_path):
    kept = {k: v for k, v in changed.items() if isinstance(v, np.ndarray)}
    files(tmp_path, **kept)
    for name, rows in changed.items():
        if name not in kept:
            lines = (" ".join(map(str, row)) for row in rows)
            (tmp_path / FILES[name]).write_text("\n".join(lines))
    with pytest.raises(InputError, match=message):
        read_rays(tmp_path)
    (tmp_path / FILES["raw"]).unlink()
    with pytest.raises(InputError, match=r"training_raw\.txt"):
        read_rays(tmp_path)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=80))
def test_any_file_is_read_or_refused_in_one_line(text, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "rays"
    folder.mkdir(exist_ok=True)
    for name in FILES.values():
        (folder / name).write_text(text, encoding="utf-8", errors="ignore")
    try:
        read_rays(folder)
    except InputError as error:
        assert "\n" not in str(error)
