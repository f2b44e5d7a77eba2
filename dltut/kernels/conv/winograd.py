"""Convolutions with fewer multiplications: Winograd's, of tiles of maps.

The channels of a pixel lie side by side (``engine/canvas.py``), and so do the maps of a spot. Tiles
of pixels are taken to 36 points, multiplied there by the filters, which is a product of matrices at
each point, and the sums taken back to maps. Some lines of tiles pass through together, as many as a
cache holds. With steps of 2, the even and the odd rows and columns of a picture are four pictures,
each with filters of its own, and their products are added at the points.

The gradients are the same steps backwards.
"""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.conv.transforms import SIDE, of_filters, of_pixels, transform, values
from dltut.kernels.engine.blocks import add_up
from dltut.kernels.engine.canvas import cut, draw, new_canvas
from dltut.kernels.engine.gather import FRAME
from dltut.kernels.engine.gemm import product
from dltut.kernels.engine.panels import copy_vector
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.turned import transpose_part
from dltut.kernels.engine.vectors import BYTES

POINTS = SIDE * SIDE
ROOM = 2**17  # numbers at points at a time: with the filters there, they fill a core's cache
ROWS_OF_BLOCK = 8  # of the filters at points that a thread makes at a time
FEWEST = 16  # channels and maps: with fewer, the transforms take longer than they save
MOST_OF_TILE = 2**16  # numbers of the filters at points for each tile of a block

TILING = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("down", "across"),  # tiles of a picture
            *("height", "width"),  # of the canvas
            # Numbers of a tile at a point, in whole vectors: channels of a phase, of all, and maps.
            *("phase", "pixel", "spot"),
            "lines",  # of tiles at a time
            *("pixels", "spots"),  # numbers from one point to the next
        )
    ]
)


@numba_njit
def address(array, place):
    """Where an element of an array lies."""
    return np.intp(array.ctypes.data) + place * array.itemsize


@numba_njit
def in_vectors(n, like):
    """So many numbers, rounded up to whole vectors."""
    lanes = BYTES // like.itemsize
    return -(-n // lanes) * lanes


@numba_njit
def lines_of(block, tiling, frame):
    """The first image of a block, and how many lines of tiles the block has."""
    shape = frame[0]
    first = block * shape.block
    return first, min(shape.block, shape.images - first) * tiling[0].down


@numba_njit
def pictures_of(frame):
    """The (channels, rows, columns) of a picture, and its (row, column) on a canvas."""
    shape = frame[0]
    sides = shape.channels, shape.rows, shape.columns
    return sides, (shape.pad_rows, shape.pad_columns)


@numba_njit
def maps_of(frame):
    """The (maps, out rows, out columns) of a picture."""
    shape = frame[0]
    return shape.maps, shape.out_rows, shape.out_columns


@numba_njit
def from_sums(sums, filled, area, frame, gradient):
    """Fill the gradient of the filters from sums (channels * taps * maps in vectors,)."""
    shape, size = frame[0], sums.itemsize
    channels, maps, row = shape.channels, shape.maps, filled * size
    at = address(sums, 0)
    if shape.turned == 1:  # the gradient is (channels, maps, taps, taps)
        for c in range(channels):
            to = address(gradient, c * maps * area)
            transpose_part(at + c * area * row, row, area, maps, to, area * size, sums)
    else:
        taps = channels * area
        transpose_part(at, row, taps, maps, address(gradient, 0), taps * size, sums)


def line_of_tiles(transform, to_points: bool, step: int, length: int):
    """What transforms a line of tiles between a canvas and the points.

    Parameters
    ----------
    transform : intrinsic
        See `dltut.kernels.conv.transforms`.
    to_points : bool
        Or from them.
    step : int
        The rows and columns of the canvas are those of so many pictures, taken in turn.
    length : int
        Rows and columns from one tile to the next, of each of these pictures.
    """

    @numba_njit
    def transform_line(row, line, across, canvas, width, n, points, place, point):
        """The tiles from the last to the first: what is written beyond an edge is written over.

        Parameters
        ----------
        row, line : int
            Of the tiles, on the canvas and among the points.
        across : int
            Tiles in it.
        canvas : array
            See `dltut.kernels.engine.canvas`.
        width, n : int
            Columns and channels of the canvas.
        points : array, shape (POINTS * point,)
        place, point : int
            Numbers from one tile to the next, and from one point to the next.
        """
        size, lanes = canvas.itemsize, BYTES // canvas.itemsize
        for s in range(across - 1, -1, -1):
            for phase in range(step * step):
                top, left = step * length * row + phase // step, step * length * s + phase % step
                of_tile = address(canvas, (top * width + left) * n)
                there = (line * across + s) * place + phase * (place // (step * step))
                of_points = address(points, there)
                for v in range(0, n * size, lanes * size):
                    tile = of_tile + v, step * width * n * size, step * n * size
                    values = of_points + v, SIDE * point * size, point * size
                    if to_points:
                        transform(tile, values, canvas)
                    else:
                        transform(values, tile, canvas)

    return transform_line


class Winograd:
    """Compiled code for square filters of one size.

    Parameters
    ----------
    taps : int
        Of a filter's side.
    step : int
        From one position of a filter to the next, in rows and columns.
    window : int
        The maps are pooled by windows of so many rows and columns.

    Attributes
    ----------
    applies : function
        Of a frame: whether it has such filters, and is so large that this is faster.
    tiling_of, filters_at_points, maps_block : function
        What a filling of maps is made of.
    fill_maps, fill_pictures, fill_filters : function
        For kernels: what makes the maps, and both gradients; the last one for steps of 1 alone.
    """

    def __init__(self, taps: int, step: int = 1, window: int = 1):
        self.taps, self.step, self.window = taps, step, window
        self.taps_of_phase = -(-taps // step)  # of a side
        self.length = SIDE - self.taps_of_phase + 1  # of a tile of maps
        pixels, maps = of_pixels(), values(self.length)
        self.pixels_to_points = line_of_tiles(transform(pixels), True, step, self.length)
        self.maps_to_points = line_of_tiles(transform(maps), True, 1, self.length)
        self.applies, self.tiling_of = self._applies(), self._tiling_of()
        self.filters_at_points = self._filters_at_points()
        self.maps_block = self._maps_block()
        self.fill_maps, self.fill_pictures = self._fill_maps(), self._fill_pictures()
        self.fill_filters = self._fill_filters()

    def _applies(self):
        taps, step, length = self.taps, self.step, self.length

        @numba_njit
        def applies(frame):
            """Three quarters of the multiplications must suffice, and filters meet enough tiles.

            Few channels or maps leave vectors empty; filters at all points must not be too many
            numbers for the tiles of a block, which read them from memory.
            """
            shape = frame[0]
            has_taps = shape.kernel_rows == taps and shape.kernel_columns == taps
            has_steps = shape.step_rows == step and shape.step_columns == step
            tiles = -(-shape.out_rows // length) * -(-shape.out_columns // length)
            saves = 4 * tiles * POINTS * step * step <= 3 * shape.spots * taps * taps
            is_thick = min(shape.channels, shape.maps) >= FEWEST
            of_filters = POINTS * step * step * shape.channels * shape.maps
            return (
                has_taps
                and has_steps
                and saves
                and is_thick
                and of_filters <= MOST_OF_TILE * shape.block * tiles
            )

        return applies

    def _tiling_of(self):
        step, length, taps = self.step, self.length, self.taps_of_phase

        @numba_njit
        def tiling_of(frame, like):
            """How pictures are cut into tiles, of numbers as in an array."""
            shape, lanes = frame[0], BYTES // like.itemsize
            tiling = np.empty(1, TILING)
            t = tiling[0]
            t.down, t.across = -(-shape.out_rows // length), -(-shape.out_columns // length)
            t.height = step * (t.down * length + taps - 1)
            t.width = step * (t.across * length + taps - 1)
            t.phase, t.spot = in_vectors(shape.channels, like), in_vectors(shape.maps, like)
            t.pixel = step * step * t.phase
            t.lines = max(1, ROOM // (POINTS * t.across * (t.pixel + t.spot)))
            # One vector more, so that what is written together does not share places in a cache.
            t.pixels = t.lines * t.across * t.pixel + lanes
            t.spots = t.lines * t.across * t.spot + lanes
            return tiling

        return tiling_of

    def _filters_at_points(self):
        taps, step, area = self.taps, self.step, self.taps * self.taps
        side, phases = step * self.taps_of_phase, step * step
        to_points = transform(of_filters(self.taps_of_phase))

        @numba_njit
        def filters_block(block, w, frame, flip, of_maps, points):
            """Some rows of the factors, see `filters_at_points`."""
            shape, size, lanes = frame[0], w.itemsize, BYTES // w.itemsize
            is_turned = shape.turned == 1
            rows, columns = shape.channels, shape.maps
            if not of_maps:
                rows, columns = columns, rows
            filled, of_phase = in_vectors(columns, w), in_vectors(rows, w)
            depth = of_phase * (phases - 1) + rows if of_maps else rows
            by_row = np.zeros((ROWS_OF_BLOCK * area, filled), w.dtype)
            # Taps that a filter lacks, of the last rows and columns of a phase, stay 0.
            tile = np.zeros(side * side * lanes, w.dtype)
            first_row, pair = block * ROWS_OF_BLOCK, 2 * lanes
            here, point = min(ROWS_OF_BLOCK, rows - first_row), points.shape[1] * size
            if of_maps == is_turned:  # w is (rows, columns, taps, taps)
                for r in range(here):
                    at = address(w, (first_row + r) * columns * area)
                    to = address(by_row[r * area], 0)
                    transpose_part(at, area * size, columns, area, to, filled * size, w)
            else:
                at, to = address(w, first_row * area), address(by_row, 0)
                row = rows * area * size
                transpose_part(at, row, columns, here * area, to, filled * size, w)
            for r in range(here):
                for first in range(0, filled, lanes):
                    for k in range(area):
                        tap = area - 1 - k if flip != is_turned else k
                        to = address(tile, (k // taps * side + k % taps) * lanes)
                        copy_vector(address(by_row[r * area + tap], first), to, w)
                    for phase in range(phases):
                        at = address(tile, (phase // step * side + phase % step) * lanes)
                        row, column = first_row + r, first
                        if of_maps:
                            row += phase * of_phase
                        else:
                            column += phase * filled
                        to = (column // pair * depth + row) * pair + column % pair
                        to_points(
                            (at, step * side * lanes * size, step * lanes * size),
                            (address(points, to), SIDE * point, point),
                            w,
                        )

        @numba_njit
        def filters_at_points(w, frame, flip, of_maps):
            """The filters at all points, as `product` reads right factors in panels.

            Parameters
            ----------
            w : array, shape (maps, channels, taps, taps), or turned: (channels, maps, ...)
            frame : record
            flip : bool
            of_maps : bool
                Whether the columns of the factors are the maps, and their rows the channels of all
                phases, or the columns those channels, and the rows the maps.

            Returns
            -------
            array, shape (POINTS, panels * rows * two vectors and one more)
            """
            shape, lanes = frame[0], BYTES // w.itemsize
            rows, columns = shape.channels, shape.maps
            if not of_maps:
                rows, columns = columns, rows
            depth, filled = rows, in_vectors(columns, w)
            if of_maps:
                depth += in_vectors(rows, w) * (phases - 1)
            else:
                filled *= phases
            panels = -(-filled // (2 * lanes))
            points = np.empty((POINTS, panels * depth * 2 * lanes + lanes), w.dtype)
            if phases > 1 and rows % lanes:
                points[:] = 0  # between the channels of two phases
            given = np.ascontiguousarray(w), frame, flip, of_maps, points
            in_parallel(filters_block, -(-rows // ROWS_OF_BLOCK), given)
            return points

        return filters_at_points

    def _maps_block(self):
        kept, pixels_to_points = self.length // self.window, self.pixels_to_points
        to_maps = transform(values(self.length).T, self.window)
        points_to_maps = line_of_tiles(to_maps, False, 1, kept)

        @numba_njit
        def maps_block(block, x, filters, tiling, frame, maps):
            """The maps of the images of a block.

            Parameters
            ----------
            x : array, shape (batch, channels, rows, columns)
            filters : array
                See `filters_at_points`.
            tiling, frame : record
            maps : array, shape (batch, maps, out rows, out columns)
            """
            shape, t, size = frame[0], tiling[0], x.itemsize
            sides, place = pictures_of(frame)
            canvas, inner = new_canvas(t.height, t.width, sides[0], x), np.empty(x[0].size, x.dtype)
            width, area = maps.shape[3], maps.shape[2] * maps.shape[3]
            out = np.empty((t.down * width + t.across) * kept * t.spot, x.dtype)
            pixels = np.empty(POINTS * t.pixels, x.dtype)
            spots = np.empty(POINTS * t.spots, x.dtype)
            terms = t.pixel - t.phase + sides[0]
            image, lines = lines_of(block, tiling, frame)
            for first in range(0, lines, t.lines):
                here = min(t.lines, lines - first)
                for line in range(here):
                    n, row = image + (first + line) // t.down, (first + line) % t.down
                    if row == 0:
                        draw(x[n].reshape(-1), sides, place, t.width, inner, canvas)
                    of_points = pixels, t.pixel, t.pixels
                    pixels_to_points(row, line, t.across, canvas, t.width, sides[0], *of_points)
                for p in range(POINTS):
                    product(
                        False, False, here * t.across, t.spot, terms, 1.0, pixels[p * t.pixels :],
                        t.pixel, filters[p], 0, 0.0, spots[p * t.spots :], t.spot,
                    )  # fmt: skip
                for line in range(here):
                    n, row = image + (first + line) // t.down, (first + line) % t.down
                    points_to_maps(row, line, t.across, out, width, t.spot, spots, t.spot, t.spots)
                    if row == t.down - 1:
                        at, to = address(out, 0), address(maps[n], 0)
                        transpose_part(at, t.spot * size, area, shape.maps, to, area * size, x)

        return maps_block

    def _fill_maps(self):
        maps_block, tiling_of = self.maps_block, self.tiling_of
        filters_at_points = self.filters_at_points

        def winograd_maps(x, w, flip, numbers, maps):
            """Fill the maps; `numbers` is the frame."""
            frame, x = numbers.view(FRAME), np.ascontiguousarray(x)
            filters, tiling = filters_at_points(w, frame, flip, True), tiling_of(frame, x)
            in_parallel(maps_block, frame[0].blocks, (x, filters, tiling, frame, maps))

        return winograd_maps

    def _fill_pictures(self):
        length, maps_to_points = self.length, self.maps_to_points
        to_pixels = transform(of_pixels().T, adds=True)
        points_to_pixels = line_of_tiles(to_pixels, False, self.step, length)
        tiling_of, filters_at_points = self.tiling_of, self.filters_at_points

        @numba_njit
        def pictures_block(block, up, filters, tiling, frame, gradient):
            """The gradients of the images of a block (as x), from those of their maps."""
            t, (sides, place), up_sides = tiling[0], pictures_of(frame), maps_of(frame)
            canvas = new_canvas(t.height, t.width, sides[0], up)
            inner = np.empty(gradient[0].size, up.dtype)
            width = t.across * length
            up_canvas = new_canvas(t.down * length, width, up_sides[0], up)
            up_inner = np.empty(up[0].size, up.dtype)
            pixels = np.empty(POINTS * t.pixels, up.dtype)
            spots = np.empty(POINTS * t.spots, up.dtype)
            image, lines = lines_of(block, tiling, frame)
            for first in range(0, lines, t.lines):
                here = min(t.lines, lines - first)
                for line in range(here):
                    n, row = image + (first + line) // t.down, (first + line) % t.down
                    if row == 0:
                        draw(up[n].reshape(-1), up_sides, (0, 0), width, up_inner, up_canvas)
                    of_points = spots, t.spot, t.spots
                    maps_to_points(row, line, t.across, up_canvas, width, up_sides[0], *of_points)
                for p in range(POINTS):
                    product(
                        False, False, here * t.across, t.pixel, up_sides[0], 1.0,
                        spots[p * t.spots :], t.spot, filters[p], 0, 0.0, pixels[p * t.pixels :],
                        t.pixel,
                    )  # fmt: skip
                for line in range(here):
                    n, row = image + (first + line) // t.down, (first + line) % t.down
                    if row == 0:
                        canvas[:] = 0
                    of_points = pixels, t.pixel, t.pixels
                    points_to_pixels(row, line, t.across, canvas, t.width, sides[0], *of_points)
                    if row == t.down - 1:
                        cut(canvas, sides, place, t.width, inner, gradient[n].reshape(-1))

        def winograd_pictures(up, w, flip, numbers, gradient):
            """Fill the gradient of the pictures; `numbers` is the frame."""
            frame, up = numbers.view(FRAME), np.ascontiguousarray(up)
            filters, tiling = filters_at_points(w, frame, flip, False), tiling_of(frame, up)
            in_parallel(pictures_block, frame[0].blocks, (up, filters, tiling, frame, gradient))

        return winograd_pictures

    def _fill_filters(self):
        if self.step > 1:
            return None
        length, taps, area = self.length, self.taps, self.taps * self.taps
        pixels_to_points, maps_to_points = self.pixels_to_points, self.maps_to_points
        points_to_filters, tiling_of = transform(of_filters(taps).T), self.tiling_of

        @numba_njit
        def sums_block(block, x, up, flip, tiling, frame, sums):
            """Add up the gradients of the filters over a block's images in its own row of the sums.

            Parameters
            ----------
            sums : array, shape (blocks, channels * taps * taps * maps in vectors)
            """
            shape, t, size, lanes = frame[0], tiling[0], x.itemsize, BYTES // x.itemsize
            (sides, place), up_sides = pictures_of(frame), maps_of(frame)
            canvas, inner = new_canvas(t.height, t.width, sides[0], x), np.empty(x[0].size, x.dtype)
            width = t.across * length
            up_canvas = new_canvas(t.down * length, width, up_sides[0], x)
            up_inner = np.empty(up[0].size, x.dtype)
            pixels = np.empty(POINTS * t.pixels, x.dtype)
            spots = np.empty(POINTS * t.spots, x.dtype)
            total = sides[0] * t.spot + lanes
            totals = np.empty(POINTS * total, x.dtype)
            image, lines = lines_of(block, tiling, frame)
            for first in range(0, lines, t.lines):
                here = min(t.lines, lines - first)
                for line in range(here):
                    n, row = image + (first + line) // t.down, (first + line) % t.down
                    if row == 0:
                        draw(x[n].reshape(-1), sides, place, t.width, inner, canvas)
                        draw(up[n].reshape(-1), up_sides, (0, 0), width, up_inner, up_canvas)
                    of_points = pixels, t.pixel, t.pixels
                    pixels_to_points(row, line, t.across, canvas, t.width, sides[0], *of_points)
                    of_points = spots, t.spot, t.spots
                    maps_to_points(row, line, t.across, up_canvas, width, up_sides[0], *of_points)
                for p in range(POINTS):
                    product(
                        True, False, sides[0], t.spot, here * t.across, 1.0, pixels[p * t.pixels :],
                        t.pixel, spots[p * t.spots :], t.spot, 0.0 if first == 0 else 1.0,
                        totals[p * total :], t.spot,
                    )  # fmt: skip
            tap, last = t.spot * size, (area - 1) * t.spot
            for c in range(sides[0]):
                for v in range(0, t.spot, lanes):
                    at = address(totals, c * t.spot + v), SIDE * total * size, total * size
                    to = c * area * t.spot + v
                    if flip != (shape.turned == 1):  # from the last tap to the first
                        there = address(sums[block], to + last), -taps * tap, -tap
                    else:
                        there = address(sums[block], to), taps * tap, tap
                    points_to_filters(at, there, x)

        def winograd_filters(x, up, flip, numbers, gradient):
            """Fill the gradient of the filters; `numbers` is the frame."""
            frame, x, up = numbers.view(FRAME), np.ascontiguousarray(x), np.ascontiguousarray(up)
            shape, tiling = frame[0], tiling_of(frame, x)
            n = shape.channels * area * tiling[0].spot
            sums = np.empty((max(1, shape.blocks), n), x.dtype)
            if shape.blocks == 0:
                sums[:] = 0
            in_parallel(sums_block, shape.blocks, (x, up, flip, tiling, frame, sums))
            add_up(sums)
            from_sums(sums[0], tiling[0].spot, area, frame, gradient)

        return winograd_filters
