"""The dimensionless reservoir that every sub-area of land is, tabled once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

CELLS = 256
_Curve = Callable[[np.ndarray], np.ndarray]
_Slope = Callable[[np.ndarray, np.ndarray], np.ndarray]


class ReservoirCurves(NamedTuple):
    """Curves over [0, 1], each (cells, 4) coefficients of a cubic in every cell. y is depth, z its power -2/3."""

    e_of_y: np.ndarray
    y_of_e: np.ndarray
    flow_of_e: np.ndarray
    """y^(5/3)."""
    e_of_z: np.ndarray
    """e as a share of that of an endless depth."""
    z_of_e: np.ndarray
    t_of_y: np.ndarray
    """Time left, as a share of ``low``."""
    y_of_t: np.ndarray
    t_of_z: np.ndarray
    """Time passed since an endless depth, as a share of ``high``."""
    z_of_t: np.ndarray
    low: float
    """Time in which a reservoir without inflow, but with a loss of 1, empties from 1."""
    high: float
    """Time in which it falls to 1 from an endless depth."""


def _hermite(value: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """(cells, 4) coefficients over a grid of [0, 1], from values and slopes at its points."""
    a, b, da, db = value[:-1], value[1:], slope[:-1] / CELLS, slope[1:] / CELLS
    return np.ascontiguousarray(np.stack([a, da, 3 * (b - a) - 2 * da - db, 2 * (a - b) + da + db], axis=1))


@cache
def reservoir_curves() -> ReservoirCurves:
    """The one dimensionless reservoir as curves over [0, 1], so that a step of any length is: look up, add or
    multiply, look up back. Deep water is written in z = y^(-2/3), which stays regular up to an endless depth.

    Filling, dy/dt = 1 - y^(5/3): its decay e falls as exp(-5/3 t) from any depth. With w = y^(1/3) it is, below
    equilibrium, (1 - w) exp(-5/3 P(w)), P being what remains of the integral of 3 w^2 / (1 - w^5) without its pole
    at 1, and the same above it. Emptying, dy/dt = -1 - y^(5/3): time itself, as a share of that from 1 to 0 where
    y < 1 and from endless to 1 above.
    """
    point, weight = np.polynomial.legendre.leggauss(32)
    point, weight = (point + 1) / 2, weight / 2
    grid = np.linspace(0.0, 1.0, CELLS + 1)

    def five(u: np.ndarray) -> np.ndarray:
        return 1 + u + u**2 + u**3 + u**4

    def near(w: np.ndarray) -> np.ndarray:
        u = np.multiply.outer(w, point)
        return np.asarray(
            np.exp(-5 / 3 * w * (((-0.6 - 1.2 * u + 1.2 * u**2 + 0.6 * u**3) / five(u)) @ weight))
        )

    def far(v: np.ndarray) -> np.ndarray:
        u = v[:, None] + np.multiply.outer(1 - v, point)
        more = (1 - v) * (((0.6 - 1.8 * u - 1.2 * u**2 - 0.6 * u**3) / five(u)) @ weight)
        return np.asarray(np.exp(-5 / 3 * more))

    pole, most = float(near(np.ones(1))[0]), float(far(np.zeros(1))[0])

    def falling(x: np.ndarray, e: np.ndarray, power: float, rate: float, end: float) -> np.ndarray:
        """de/dx where dx/dt = rate (1 - x^power) and de/dt = -5/3 e; ``end`` is the limit at x = 1."""
        with np.errstate(invalid="ignore"):
            return np.where(x < 1, -5 / 3 * e / (rate * (1 - x**power)), end)

    def pair(curve: _Curve, slope: _Slope) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Table of a monotone curve, table of its inverse, and the inverse's values and slopes on the grid."""
        fine = np.linspace(0.0, 1.0, 2 * CELLS + 1) ** 3
        fine = np.unique(np.concatenate([fine, 1 - fine]))
        values = curve(fine)
        order = np.argsort(values)
        back = np.interp(grid, values[order], fine[order])
        for _ in range(3):
            back[1:-1] -= ((curve(back) - grid) / slope(back, curve(back)))[1:-1]
        turned = 1 / slope(back, grid)
        return _hermite(curve(grid), slope(grid, curve(grid))), _hermite(back, turned), back, turned

    def empties(power: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Tables of the integral of 1 / (1 + x^power), as a share of that up to 1, which comes third."""

        def time(x: np.ndarray) -> np.ndarray:
            # in the root of x, of which the integrand is smooth
            root = np.multiply.outer(x ** (1 / 6), point)
            return np.asarray(x ** (1 / 6) * ((6 * root**5 / (1 + root ** (6 * power))) @ weight))

        whole = float(time(np.ones(1))[0])
        tables = pair(lambda x: time(x) / whole, lambda x, _: 1 / (1 + x**power) / whole)
        return tables[0], tables[1], whole

    e_y, y_e, y, dy = pair(
        lambda y: (1 - np.cbrt(y)) * near(np.cbrt(y)), lambda y, e: falling(y, e, 5 / 3, 1.0, -pole / 3)
    )
    e_z, z_e, _, _ = pair(
        lambda z: (1 - np.sqrt(z)) * far(np.sqrt(z)) / most,
        lambda z, e: falling(z, e, 2.5, 2 / 3, -0.5 / most),
    )
    t_y, y_t, low = empties(5 / 3)
    t_z, z_t, high = empties(2.5)
    flow = _hermite(y ** (5 / 3), 5 / 3 * y ** (2 / 3) * dy)
    return ReservoirCurves(e_y, y_e, flow, e_z, z_e, t_y, y_t, t_z, z_t, low, 1.5 * high)
