"""Pictures without a screen, and Pillow's old constants."""

import sys

import pytest


def test_a_program_that_shows_pictures_goes_on(ran, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("MPLBACKEND", "agg")
    out, said = ran(
        """
        import matplotlib
        matplotlib.use('TkAgg')
        import matplotlib.pyplot as plt
        import pylab
        plt.ion()
        plt.hold(True)
        plt.plot([1, 2])
        plt.show()
        pylab.show()
        plt.show(block=False)
        plt.pause(10)
        plt.close()
        print 'on', matplotlib.get_backend().lower()
        """
    )
    assert out == ["on agg"]
    assert said.count("there is no screen") <= 2
    assert "plt.savefig(FILE)" in said


def test_pillow_s_old_names(ran):
    out, _ = ran(
        """
        from PIL import Image
        import Image as older
        picture = Image.fromstring('L', (1, 1), b'a').resize((2, 2), Image.ANTIALIAS)
        print picture.size, older.ANTIALIAS == Image.ANTIALIAS, picture.tostring()
        """
    )
    assert out == ["(2, 2) True b'aaaa'"]


def test_music_is_read_and_written(ran, tmp_path):
    pytest.importorskip("pretty_midi", reason="pip install 'dltut[music]'")
    out, _ = ran(
        f"""
        import numpy
        from midi.utils import midiread, midiwrite
        roll = numpy.zeros((4, 88))
        roll[1:3, 40] = 1
        midiwrite({str(tmp_path / "a.mid")!r}, roll, (21, 109), 0.3)
        print midiread({str(tmp_path / "a.mid")!r}, (21, 109), 0.3).piano_roll[:, 40]
        """
    )
    assert out == ["[0. 1. 1. 0.]"]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_files_that_were_opened_for_text_hold_bytes(ran, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out, _ = ran(
        """
        import numpy as np, scipy.io
        from PIL import Image
        import matplotlib.image as mpimg
        Image.fromarray(np.arange(4, dtype='uint8').reshape(2, 2)).save('a.png')
        scipy.io.savemat('a.mat', {'x': np.arange(3)})
        print np.asarray(Image.open(open('a.png'))).shape, Image.open(open('a.png')).size
        with open('a.png') as f:
            print mpimg.imread(f).shape
        with open('a.mat') as f:
            print scipy.io.loadmat(f)['x'].shape
        """
    )
    assert out == ["(2, 2) (2, 2)", "(2, 2)", "(1, 3)"]


H5PY = """
from types import SimpleNamespace

class File:
    def __init__(self, name, mode='r'):
        self.mode = mode
    def __getitem__(self, name):
        return Dataset()

class Dataset:
    dtype = 'words'
    def asstr(self):
        return {(): ['a']}

def check_string_dtype(dtype):
    return SimpleNamespace(length=None)
"""


def test_files_of_arrays_are_those_of_old_versions(ran, tmp_path, monkeypatch):
    (tmp_path / "h5py.py").write_text(H5PY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "h5py", raising=False)
    out, _ = ran(
        """
        import h5py
        print h5py.File('new').mode, h5py.File('new', 'w').mode, h5py.File('new')['words'].value
        """
    )
    assert out == ["a w ['a']"]
    monkeypatch.delitem(sys.modules, "h5py")
