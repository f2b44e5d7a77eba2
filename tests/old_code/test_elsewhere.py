"""Pictures without a screen, and Pillow's old constants."""


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
