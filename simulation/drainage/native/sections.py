"""The cross-sections of a model's links as tables over the depth."""

from __future__ import annotations

import numpy as np

from simulation.drainage.inp import Link, Row
from simulation.drainage.native.curves import CurveBook
from simulation.drainage.native.layout import GRAVITY, SECTION_POINTS, Sections
from simulation.drainage.native.profile import Profile
from simulation.drainage.native.shapes import MAKERS, open_profile
from simulation.drainage.native.transects import Street, channel, custom, read_streets, read_transects
from simulation.drainage.native.words import Words

SHAPES = (
    "DUMMY", "CIRCULAR", "FILLED_CIRCULAR", "RECT_CLOSED", "RECT_OPEN", "TRAPEZOIDAL", "TRIANGULAR", "PARABOLIC",
    "POWER", "RECT_TRIANGULAR", "RECT_ROUND", "MODBASKETHANDLE", "HORIZ_ELLIPSE", "VERT_ELLIPSE", "ARCH", "EGG",
    "HORSESHOE", "GOTHIC", "CATENARY", "SEMIELLIPTICAL", "BASKETHANDLE", "SEMICIRCULAR", "IRREGULAR", "CUSTOM",
    "FORCE_MAIN", "STREET",
)  # fmt: skip
_BY_NAME = ("IRREGULAR", "STREET")
"""Shapes that are a name among the transects or streets."""
_NEAR_TOP = 0.96
"""Share of the depth of a section that closes at the top above which SWMM finds no critical depth but the full."""
_FINE = 20
"""Normal and critical depths are found on a grid that is finer than the tables by this."""


_GRID = np.linspace(0.0, 1.0, SECTION_POINTS)
_STAND_IN = open_profile("RECT_OPEN", _GRID, _GRID * 0 + 1, 1 + 2 * _GRID, 1.0)
"""Goes on with the reading where a section is wrong; the model is refused in the end."""


class SectionBook:
    """The sections of a model's links, each distinct one once."""

    def __init__(self, words: Words, curves: CurveBook) -> None:
        self._words = words
        self._curves = curves
        self._row = {row.words[0].upper(): row for row in words.inp.rows("XSECTIONS")}
        self._index: dict[tuple[str, ...], int] = {}
        self._profiles: list[Profile] = []
        self._depths: list[tuple[np.ndarray, np.ndarray, float]] = []
        self._transects = read_transects(words)
        self.streets = read_streets(words)

    def of_link(self, link: Link) -> tuple[int, float]:
        """(row among the sections, m of height) of a conduit, orifice or weir; (-1, 0) of a DUMMY."""
        row = self._row[link.name.upper()]
        shape = self.shape(link.name)
        if shape == "DUMMY":
            return -1, 0.0
        key = row.words[1:3] if shape in _BY_NAME else row.words[1:6]
        if shape == "RECT_OPEN" and link.kind != "conduit":
            key = (*row.words[1:4], "0", "0")
        key = tuple(word.upper() for word in key)
        if key not in self._index:
            self._index[key] = len(self._profiles)
            self._profiles.append(self._read(Row(row.line, (row.words[0], *key)), shape))
        place = self._index[key]
        return place, self._profiles[place].full_depth

    def shape(self, name: str) -> str:
        """One of SHAPES: of a link."""
        return SHAPES[self._words.choice(self._row[name.upper()], 1, "shape", SHAPES)]

    def street(self, name: str) -> Street | None:
        """The street that a link runs along, if any."""
        return self.streets.get(self._row[name.upper()].words[2].upper())

    def profile(self, place: int) -> Profile:
        """A section by its row."""
        return self._profiles[place]

    def barrels(self, name: str) -> float:
        """Pipes side by side; refuses culverts."""
        row = self._row[name.upper()]
        if self.shape(name) in _BY_NAME:
            return 1.0
        if self._words.number(row, 7, "culvert code", 0.0) != 0:
            self._words.refuse(row.line, f"culvert '{row.words[0]}'")
        return self._words.number(row, 6, "number of barrels", 1.0, least=1)

    def _read(self, row: Row, shape: str) -> Profile:
        words = self._words
        if shape == "FORCE_MAIN":
            words.refuse(row.line, f"conduit '{row.words[0]}' of shape {shape}")
        if len(row.words) < 6 and shape not in _BY_NAME:
            words.problem(row.line, f"the section of '{row.words[0]}' needs a shape and four dimensions")
            return _STAND_IN
        made = self._make(row, shape)
        if isinstance(made, str):
            words.problem(row.line, f"the section of '{row.words[0]}' ({shape}) is impossible", made)
            return _STAND_IN
        return made

    def _make(self, row: Row, shape: str) -> Profile | str:
        words = self._words
        if shape in _BY_NAME:
            streets = {name: street.transect for name, street in self.streets.items()}
            found = (self._transects if shape == "IRREGULAR" else streets).get(row.words[2])
            return (
                channel(shape, found) if found else f"'{row.words[2]}' is not there or has errors of its own"
            )
        if shape == "CUSTOM":
            depth = words.length * words.number(row, 2, "depth")
            return custom(depth, self._curves.points(row, 3, "SHAPE"))
        sizes = [words.number(row, place, "dimension") for place in (2, 3, 4, 5)]
        return MAKERS[shape](shape, sizes, words.length) if shape in MAKERS else _STAND_IN

    def sections(self) -> Sections:
        """All sections as arrays."""
        every = self._profiles

        def values(name: str) -> np.ndarray:
            return np.array([getattr(p, name) for p in every], dtype=float)

        def tables(name: str) -> np.ndarray:
            return np.array([getattr(p, name) for p in every]).reshape(len(every), SECTION_POINTS)

        depths = self._depths
        depths.extend(_depths(profile) for profile in every[len(depths) :])
        return Sections(
            shape=tuple(p.shape for p in every),
            open=np.array([p.open for p in every], dtype=bool),
            full_depth=values("full_depth"),
            full_area=values("full_area"),
            full_hydrad=values("full_hydrad"),
            max_width=values("max_width"),
            full_factor=values("full_factor"),
            max_factor=values("max_factor"),
            max_factor_area=values("max_factor_area"),
            area=tables("area"),
            width=tables("width"),
            hydrad=tables("hydrad"),
            normal_depth=np.array([d[0] for d in depths]).reshape(len(every), SECTION_POINTS),
            critical_depth=np.array([d[1] for d in depths]).reshape(len(every), SECTION_POINTS),
            critical_full=np.array([d[2] for d in depths], dtype=float),
        )


def _normal(profile: Profile, factor: np.ndarray, depth: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Depths at the ``wanted`` section factors. Where two depths have the same one (near the roof) the lower
    counts up to the full flow and the upper beyond (in pipes the full depth), as in SWMM."""
    top = int(np.argmax(factor))
    rising = np.interp(wanted, factor[: top + 1], depth[: top + 1])
    if profile.shape == "CIRCULAR":
        return np.where(wanted >= profile.full_factor, profile.full_depth, rising)
    if top == len(factor) - 1:
        return rising
    falling = np.interp(wanted, factor[top:][::-1], depth[top:][::-1])
    return np.where(wanted > profile.full_factor, falling, rising)


def _depths(profile: Profile) -> tuple[np.ndarray, np.ndarray, float]:
    """Normal and critical depth by the root of relative flow, and the flow from which on it is critical when
    full."""
    grid = np.linspace(0.0, 1.0, SECTION_POINTS)
    fine = np.linspace(0.0, 1.0, _FINE * (SECTION_POINTS - 1) + 1)
    depth = fine * profile.full_depth
    area, width, hydrad = (np.interp(fine, grid, t) for t in (profile.area, profile.width, profile.hydrad))
    normal = profile.normal_depth
    if normal is None:
        normal = _normal(profile, area * hydrad ** (2 / 3), depth, grid**2 * profile.max_factor)
    usable = (width > 0) & ((profile.width[-1] > 1e-9 * width.max()) | (fine <= _NEAR_TOP))
    flow = np.zeros_like(fine)
    flow[usable] = area[usable] * np.sqrt(GRAVITY * area[usable] / width[usable])
    flow = np.maximum.accumulate(flow[: int(np.flatnonzero(usable)[-1]) + 1])
    critical = np.interp(grid**2 * flow[-1], flow, depth[: len(flow)])
    critical[-1] = profile.full_depth
    return normal, critical, float(flow[-1])
