"""What ``${PYLEARN2_...}`` stands for."""

from dltut.experiment.pylearn2 import environment


def test_names_of_files_are_relative_to_the_folder_of_the_runs(tmp_path):
    assert environment("foo/bar.yaml", tmp_path) == {
        "PYLEARN2_TRAIN_FILE_FULL_STEM": "bar",
        "PYLEARN2_TRAIN_DIR": "./",
        "PYLEARN2_TRAIN_BASE_NAME": "bar.yaml",
        "PYLEARN2_TRAIN_FILE_STEM": "bar",
        "PYLEARN2_DATA_PATH": str(tmp_path),
    }
