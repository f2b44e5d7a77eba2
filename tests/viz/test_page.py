"""The page: whole in one file, its lines where the numbers are, its text harmless."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.machine.channels import words
from dltut.viz import Standing, live_page
from dltut.viz.page import BOTTOM, FEW, HEIGHT, LEFT, RIGHT, TOP, WIDTH, ticks

VOID = {"meta", "line", "circle", "polyline", "path"}


def standing(name="mlp", n=50, is_training=True, state="training", **more):
    epochs = np.arange(1, n + 1.0)
    columns = {"epoch": epochs, "iteration": 10 * epochs - 1, "seconds": epochs / 4}
    columns |= {"train_cost": 2 / epochs, "valid_error": 0.5 / epochs, "best": epochs % 2} | more
    return Standing(name, columns, state, is_training, 100)


class Page(HTMLParser):
    """The elements of a page: (tag, attributes, text), and the tags that are open at the end."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append([tag, dict(attributes), ""])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.found.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data

    def all(self, tag, look=""):
        return [each for each in self.found if each[0] == tag and look in each[1].get("class", "")]

    def drawings(self, axis="epoch"):
        """{title: elements} of the curves over an axis."""
        found, current = {}, None
        for each in self.found:
            if each[0] == "svg":
                is_drawing = each[1].get("class") == f"curves {axis}"
                current = found.setdefault(each[1]["aria-label"], []) if is_drawing else None
            elif current is not None and each[0] in ("polyline", "circle", "text", "metadata"):
                current.append(each)
        return found


def numbers_of(elements):
    """Places on the paper, turned back into numbers by the ticks beside the axes."""
    texts = [each for each in elements if each[0] == "text"]

    def inverse(anchor, place, shift):
        values = [
            each for each in texts if each[1]["text-anchor"] == anchor and each[2][0].isdigit()
        ]
        at = [float(each[1][place]) + shift for each in values]
        slope, offset = np.polyfit(at, [float(each[2].replace(",", "")) for each in values], 1)
        return lambda pixels: slope * np.asarray(pixels) + offset

    across, up = inverse("middle", "x", 0), inverse("end", "y", -4)
    for each in elements:
        if each[0] == "polyline":
            points = np.array([pair.split(",") for pair in each[1]["points"].split()], float)
            yield across(points[:, 0]), up(points[:, 1])


def test_lines_are_where_the_numbers_are():
    run = standing()
    page = Page(live_page([run]))
    for axis, name in (("epoch", "epoch"), ("batch", "iteration"), ("second", "seconds")):
        for channel in ("train_cost", "valid_error"):
            drawing = page.drawings(axis)[words(channel)]
            ((x, y),) = numbers_of(drawing)
            percent = 100 if channel == "valid_error" else 1
            np.testing.assert_allclose(x, run.columns[name], rtol=1e-3, atol=0.02 * x.max() / 50)
            expected = percent * run.columns[channel]
            np.testing.assert_allclose(y, expected, atol=1e-3 * expected.max())
            data = json.loads(next(each[2] for each in drawing if each[0] == "metadata"))
            assert data["lines"][0]["x"] == run.columns[name].tolist()
            np.testing.assert_allclose(data["lines"][0]["y"], expected, 1e-6)


def test_the_best_row_has_a_dot_on_its_line():
    page = Page(live_page([standing()]))
    for drawing in page.drawings().values():
        (circle,) = [each[1] for each in drawing if each[0] == "circle"]
        (line,) = [each[1] for each in drawing if each[0] == "polyline"]
        assert f"{circle['cx']},{circle['cy']}" == line["points"].split()[48]  # epoch 49 is odd


def test_everything_is_on_the_paper():
    run = standing(n=3000, train_cost=np.sin(np.arange(3000)) * 1e9, valid_error=np.ones(3000))
    for drawing in Page(live_page([run, standing("b")])).drawings().values():
        for each in drawing:
            if each[0] == "polyline":
                points = np.array([pair.split(",") for pair in each[1]["points"].split()], float)
                assert len(points) <= FEW
                assert ((points[:, 0] >= LEFT) & (points[:, 0] <= WIDTH - RIGHT)).all()
                assert ((points[:, 1] >= TOP) & (points[:, 1] <= HEIGHT - BOTTOM)).all()


def test_it_is_whole_and_asks_for_nothing():
    text = live_page([standing(), standing("b", test_error=np.ones(50))], refresh=5)
    assert Page(text).open == []
    assert not re.findall(r"https?:|src=|href=|@import|url\(|<link", text)


def test_it_is_loaded_again_only_while_it_goes_on():
    on, off = Page(live_page([standing()], refresh=5)), Page(live_page([standing()]))
    assert on.all("body")[0][1]["data-refresh"] == "5"
    assert [each[1].get("content") for each in on.all("meta")][-1] == "5"
    assert off.all("body")[0][1]["data-refresh"] == "0" and not off.all("noscript")


def test_what_is_said_of_a_run():
    text = re.sub(
        r"<[^>]+>", "|", live_page([standing(state="ended: patience", is_training=False)])
    )
    for said in (
        "50 of 100",
        "12.5 s",
        "4 epochs/s",
        "ended: patience",
        "validation error 1.02 % in",
    ):
        assert said in text
    page = Page(live_page([standing()]))
    assert [each[1]["style"] for each in page.all("i")][:1] == ["width: 50.0%"]
    assert len(page.all("span", "state on")) == 1


def test_runs_have_colours_and_parts_of_a_measure_are_dashed():
    runs = [standing(name, test_error=np.full(50, 0.3)) for name in ("a", "b")]
    page = Page(live_page(runs))
    looks = [
        (each[1]["class"], each[1]["style"])
        for each in page.drawings()["error"]
        if each[0] == "polyline"
    ]
    assert sorted(looks) == [
        ("line", "--c: var(--c0)"),
        ("line", "--c: var(--c1)"),
        ("line dashed", "--c: var(--c0)"),
        ("line dashed", "--c: var(--c1)"),
    ]


def test_other_channels_are_folded_away():
    page = Page(live_page([standing(norm=np.ones(50), learning_rate=np.ones(50))]))
    assert [each[2] for each in page.all("summary")] == ["2 more"]
    assert set(page.drawings()) == {"training cost", "validation error", "norm", "learning rate"}
    page = Page(live_page([standing(norm=np.ones(50))], ["norm"]))
    assert set(page.drawings()) == {"norm"} and not page.all("summary")
    with pytest.raises(InputError, match="no channel 'nrm'"):
        live_page([standing(norm=np.ones(50))], ["nrm"])


def test_names_are_text():
    name = """<script>alert("'&</script>"""
    page = Page(live_page([standing(name, state=name, **{name: np.ones(50)})]))
    assert len(page.all("script")) == 1 and page.open == []
    assert page.all("title")[0][2].strip() == f"{name} – dltut"


def test_a_run_without_rows_waits():
    page = Page(live_page([Standing("new", {}, "waiting for its first row", True)], refresh=1))
    assert page.all("span", "state on")[0][2] == "waiting for its first row"
    assert page.drawings() == {}
    assert Page(live_page([Standing("new", {}, "", True), standing()])).drawings()


def test_what_is_no_number_is_not_drawn():
    nan = standing(n=3, train_cost=np.array([np.nan, np.inf, np.nan]))
    drawing = Page(live_page([nan])).drawings()["training cost"]
    assert [each[2] for each in drawing if each[0] == "text"] == ["no number yet"]
    one = Page(live_page([standing(n=1)])).drawings()["training cost"]
    assert sum(each[0] == "circle" for each in one) == 2  # the point, and that it is the best


def test_axes_that_the_rows_do_not_have_are_not_offered():
    run = standing(seconds=np.full(50, np.nan))
    page = Page(live_page([run], x="second"))
    assert [each[1]["value"] for each in page.all("button")] == ["epoch", "batch"]
    assert page.all("body")[0][1]["data-x"] == "epoch"
    assert Page(live_page([standing()], x="second")).all("body")[0][1]["data-x"] == "second"


@pytest.mark.parametrize(
    "low, high, whole, expected",
    [
        (0, 1, False, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 17, False, [-5, 0, 5, 10, 15]),
        (1, 3, True, [1, 2, 3]),
        (1, 2, True, [1, 2]),
        (2, 2, False, [1, 1.5, 2, 2.5, 3]),
        (1e-9, 5e-9, False, [1e-9, 2e-9, 3e-9, 4e-9, 5e-9]),
    ],
)
def test_ticks(low, high, whole, expected):
    assert ticks(low, high, whole=whole) == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_runs_the_script(tmp_path):
    """A click chooses the axis, and the pointer is told the numbers below it."""
    text = live_page([standing()])
    act = """<script>
      document.querySelector('.axes button[value="batch"]').click();
      const svg = document.querySelector("svg.batch"), box = svg.getBoundingClientRect();
      svg.dispatchEvent(new PointerEvent("pointermove",
        { clientX: box.right - 5, clientY: box.top + 50, bubbles: true }));
      document.title = [getComputedStyle(svg).display, document.getElementById("tip").innerText]
        .join("|").replaceAll("\\n", "|");
    </script>"""
    (tmp_path / "page.html").write_text(text.replace("</body>", f"{act}</body>"))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path}/profile", f"file://{tmp_path}/page.html"]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert re.search("<title>(.*)</title>", dom)[1] == "block|batch 499|training cost 0.04"
