"""Chance that is the same on every machine.

Everything random in the training countries comes from here. Random integers
are exact everywhere, and what is made of them uses only +, -, *, / and the
square root, which IEEE 754 rounds the same way on every processor: sines,
logarithms and library normal numbers are avoided, for their last digit is not.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DIRECTIONS = np.array(
    [[1, 0], [-1, 0], [0, 1], [0, -1], [0.7, 0.7], [-0.7, 0.7], [0.7, -0.7], [-0.7, -0.7]]
)


def generator(*names: object) -> np.random.Generator:
    """Return a stream of random numbers that depends on its names alone."""
    seed = zlib.crc32("/".join(str(name) for name in names).encode())
    return np.random.Generator(np.random.PCG64(seed))


def uniform(*names: object, shape: tuple[int, ...]) -> Array:
    """Return numbers between 0 and 1, each independent of the others."""
    return generator(*names).random(shape)


def normal(*names: object, shape: tuple[int, ...]) -> Array:
    """Return numbers that are close to normal: mean 0, variance 1, within +-3.5.

    The sum of four uniform numbers (Irwin-Hall distribution), scaled.
    """
    parts = generator(*names).integers(0, 65536, size=(4, *shape), dtype=np.uint16)
    total = parts.sum(axis=0, dtype=np.int64) - 2 * 65535
    return total * (3.0**0.5 / 65536)


def gamma(shape_parameter: Array | float, standard_normal: Array) -> Array:
    """Turn normal numbers into gamma numbers of mean 1.

    Wilson and Hilferty (1931): ``(1 - 1/9k + z/(3 sqrt k))^3``, never negative.
    """
    k = np.asarray(shape_parameter, dtype=float)
    root = 1 - 1 / (9 * k) + standard_normal / (3 * np.sqrt(k))
    return np.maximum(root, 0) ** 3


def smooth(*names: object, u: Array, v: Array, waves: int, octaves: int = 1) -> Array:
    """Return a smooth field of hills and hollows, between about -1 and 1.

    Gradient noise (Perlin 1985): a random slope at each point of a lattice of
    ``waves`` cells per unit, joined by quintic curves; each octave halves the
    height and the width.

    Parameters
    ----------
    names : str
        The field's name; another name gives another field.
    u, v : numpy.ndarray, shape (nx,) and (ny,)
        Positions of columns and rows, 0 to 1 across the country; a little
        outside is allowed.
    waves, octaves : int

    Returns
    -------
    numpy.ndarray of float64, shape (ny, nx)
    """
    total = np.zeros((v.size, u.size))
    height, weight = 1.0, 0.0
    for octave in range(octaves):
        slopes = generator(*names, octave).integers(0, 8, size=(waves + 6, waves + 6))
        slope_u, slope_v = DIRECTIONS[slopes, 0], DIRECTIONS[slopes, 1]
        row, y = _place(v, waves)
        column, x = _place(u, waves)
        ease_x, ease_y = _ease(x), _ease(y)[:, None]
        edges = []
        for down in (0, 1):
            left, right = (
                slope_u[row + down][:, column + over] * (x - over)
                + slope_v[row + down][:, column + over] * (y[:, None] - down)
                for over in (0, 1)
            )
            edges.append(left + (right - left) * ease_x)
        total += height * (edges[0] + (edges[1] - edges[0]) * ease_y)
        weight += height
        height, waves = height / 2, waves * 2
    return 1.6 * total / weight


def _place(position: Array, waves: int) -> tuple[NDArray[np.int64], Array]:
    """Return the lattice cell of each position and how far in it lies."""
    scaled = np.clip(position * waves + 2, 0, waves + 4.999)
    cell = np.floor(scaled).astype(np.int64)
    return cell, scaled - cell


def _ease(t: Array) -> Array:
    return t * t * t * (t * (t * 6 - 15) + 10)


def curve(*names: object, at: Array, waves: int, octaves: int = 3) -> Array:
    """Return a smooth wandering line: one value for each position, within +-1."""
    return smooth(*names, u=at, v=np.array([0.37]), waves=waves, octaves=octaves)[0]


def box_mean(field: Array, reach: int) -> Array:
    """Return the mean over a square of ``2 reach + 1`` cells, the edge repeated."""
    for axis in (0, 1):
        widths = [(0, 0), (0, 0)]
        widths[axis] = (reach + 1, reach)
        total = np.cumsum(np.pad(field, widths, mode="edge"), axis=axis)
        size = field.shape[axis]
        upper = total.take(np.arange(2 * reach + 1, 2 * reach + 1 + size), axis=axis)
        field = (upper - total.take(np.arange(size), axis=axis)) / (2 * reach + 1)
    return field
