"""The canvas that figures are drawn on, for names of any characters."""

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg


class Canvas(FigureCanvasAgg):
    """Matplotlib's canvas, which writes out half a character instead of failing on it.

    A name from a file can hold half of one, and no font has it.
    """

    def get_renderer(self):
        """What draws on it, and measures texts."""
        renderer = super().get_renderer()
        renderer.__class__ = _Renderer
        return renderer


class _Renderer(RendererAgg):
    def draw_text(self, pen, x, y, text, *rest, **more):
        super().draw_text(pen, x, y, _whole(text), *rest, **more)

    def get_text_width_height_descent(self, text, *rest, **more):
        return super().get_text_width_height_descent(_whole(text), *rest, **more)


def _whole(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
