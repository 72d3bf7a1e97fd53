"""Reading a model's land: subcatchments, their rain, soil and climate as plain arrays, all SI."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from simulation.drainage.editing import model_duration, model_start
from simulation.drainage.inp import FOOT, MM_PER_INCH, Inp, Row
from simulation.drainage.native.curves import HOUR, SeriesBook
from simulation.drainage.native.infiltration import read_infiltration
from simulation.drainage.native.land_climate import Climate, months, read_climate
from simulation.drainage.native.land_state import AT_ONCE, NEVER, NO_SOIL, OVERLAND
from simulation.drainage.native.rain import Rain, read_rain
from simulation.drainage.native.words import Words

MANNING = 1.49 * FOOT ** (1 / 3)
"""m^(1/3)/s: SWMM's constant for overland flow, which in feet is 1.49."""
_TO_OUTLET, _TO_IMPERVIOUS, _TO_PERVIOUS = range(3)
_ROUTES = ("OUTLET", "IMPERVIOUS", "PERVIOUS")
_STEPS = {"WET_STEP": 300.0, "DRY_STEP": 3600.0}
"""s, SWMM's own where the model gives none."""


@dataclass(frozen=True)
class Land:
    """A model's S subcatchments, in its order. Sub-areas (the 3 of an array's first axis): sealed without
    depression storage, sealed with it, pervious."""

    names: tuple[str, ...]
    nodes: int
    """Nodes of the model."""
    gages: int
    area: np.ndarray
    """(S,) m2."""
    gage: np.ndarray
    """(S,) index of the rain gage, -1 none."""
    node: np.ndarray
    """(S,) index of the node it drains to, -1 where it drains to land."""
    outlet: np.ndarray
    """(S,) index of the subcatchment it drains to, -1 where to a node."""
    share: np.ndarray
    """(3, S) of the subcatchment's area."""
    leaves: np.ndarray
    """(3, S) share of a sub-area's outflow that goes to the outlet; the rest goes to another sub-area."""
    how: np.ndarray
    """(3, S) int8: OVERLAND, NEVER or AT_ONCE."""
    alpha: np.ndarray
    """(3, S) outflow in m/s at 1 m above the depression storage."""
    store: np.ndarray
    """(3, S) m of depression storage."""
    method: np.ndarray
    """(S,) int8: of infiltration."""
    soil: np.ndarray
    """(S, 5) its parameters, see ``infiltration``."""
    climate: Climate
    rain: Rain
    """What the model's own gages measure."""
    start: datetime
    duration: float
    """s."""
    wet_step: float
    dry_step: float
    """s; wet never longer than a gage's interval, dry never shorter than wet."""


def read_land(inp: Inp) -> Land:
    """A model's land. Raises InpError with every line that is wrong or not supported."""
    words = Words(inp)
    _refuse(words)
    start = model_start(inp)
    series = SeriesBook(words, start)
    index = {land.name.upper(): i for i, land in enumerate(inp.subcatchments)}
    gages = {name.upper(): i for i, name in enumerate(inp.gages)}
    used = {land.gage.upper() for land in inp.subcatchments}
    rain = read_rain(words, series, used, months(start))
    duration = float(model_duration(inp))
    climate = read_climate(words, series, start, duration, index)
    share, leaves, how, alpha, store = _sub_areas(words, index)
    method, soil = read_infiltration(words, index)
    pervious = [land for i, land in enumerate(inp.subcatchments) if method[i] == NO_SOIL and share[2, i] > 0]
    for land in pervious:
        words.problem(land.line, f"subcatchment '{land.name}' has no row in [INFILTRATION]")
    for land in inp.subcatchments:
        if land.outlet.upper() in words.node and land.outlet.upper() in index:
            what = f"subcatchment '{land.name}' drains to '{land.outlet}', which is both a node and a subcatchment"
            words.problem(land.line, what, "rename one of them")
    wet, dry = (_step(words, name) for name in _STEPS)
    words.check()
    wet = min(wet, rain.interval)
    ignored = words.option("IGNORE_RAINFALL")[0] == "YES"
    area = np.array([0.0 if ignored else land.area for land in inp.subcatchments])
    return Land(
        tuple(land.name for land in inp.subcatchments), len(inp.nodes), len(inp.gages), area,
        np.array([gages.get(land.gage.upper(), -1) for land in inp.subcatchments], dtype=np.int32),
        np.array([words.node.get(land.outlet.upper(), -1) for land in inp.subcatchments], dtype=np.int32),
        np.array([index.get(land.outlet.upper(), -1) for land in inp.subcatchments], dtype=np.int32),
        share, leaves, how, alpha, store, method, soil, climate, rain, start, duration, wet, max(wet, dry),
    )  # fmt: skip


def _refuse(words: Words) -> None:
    """Keep what is used but not supported. Pollutants are left aside: the water does not depend on them."""
    inp = words.inp

    def ignored(name: str) -> bool:
        return words.option(name)[0] == "YES"

    for row in inp.rows("LID_USAGE"):
        words.refuse(row.line, f"the LID '{' '.join(row.words[1:2])}' of subcatchment '{row.words[0]}'")
    if not ignored("IGNORE_GROUNDWATER"):
        for row in inp.rows("GROUNDWATER"):
            words.refuse(row.line, f"the groundwater under subcatchment '{row.words[0]}'")
    if not ignored("IGNORE_RDII"):
        for row in inp.rows("RDII"):
            words.refuse(row.line, f"the rainfall-dependent inflow (RDII) of node '{row.words[0]}'")
    for row in inp.rows("OUTFALLS"):
        onto = _routed_onto(row)
        if onto:
            words.refuse(row.line, f"outfall '{row.words[0]}' sending its water onto subcatchment '{onto}'")
    for row in inp.rows("FILES"):
        if [word.upper() for word in row.words[:2]] in (
            ["USE", "RAINFALL"],
            ["USE", "RUNOFF"],
            ["USE", "RDII"],
        ):
            words.refuse(row.line, f"[FILES] {' '.join(row.words)}")
    if ignored("IGNORE_SNOWMELT"):
        return
    for row in inp.rows("SUBCATCHMENTS"):
        if len(row.words) > 8:
            words.refuse(row.line, f"the snow pack '{row.words[8]}' of subcatchment '{row.words[0]}'")
    if any(row.words[0].upper() in ("TIMESERIES", "FILE") for row in inp.rows("TEMPERATURE")):
        for row in inp.rows("RAINGAGES"):
            if words.number(row, 3, "snow catch factor") != 1:
                words.refuse(row.line, f"a snow catch factor other than 1 (gage '{row.words[0]}')")


def _routed_onto(row: Row) -> str:
    """The subcatchment that an outfall drains to, if any."""
    place = {"FREE": 4, "NORMAL": 4}.get(row.words[2].upper(), 5)
    return row.words[place] if place < len(row.words) else ""


def _sub_areas(
    words: Words, index: dict[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """share, leaves, how, alpha and store of a Land."""
    count = len(index)
    share, leaves, store, alpha = (
        np.zeros((3, count)),
        np.ones((3, count)),
        np.zeros((3, count)),
        np.zeros((3, count)),
    )
    how = np.full((3, count), NEVER, dtype=np.int8)
    depth = 1e-3 if words.inp.metric else 1e-3 * MM_PER_INCH
    plane = _planes(words, index)
    seen = set()
    for row in words.inp.rows("SUBAREAS"):
        i = index.get(row.words[0].upper())
        if i is None:
            continue
        seen.add(i)
        sealed = words.inp.subcatchments[i].impervious
        rough = [words.number(row, place, "roughness", least=0.0) for place in (1, 1, 2)]
        store[1:, i] = [depth * words.number(row, place, "depression storage", least=0.0) for place in (3, 4)]
        bare = words.number(row, 5, "share without depression storage", least=0.0) / 100
        share[:, i] = sealed * bare, sealed * (1 - bare), 1 - sealed
        of_plane = sealed, sealed, 1 - sealed
        for k in range(3):
            if rough[k] == 0:
                how[k, i] = AT_ONCE
            elif of_plane[k] > 0 and plane[i] > 0:
                how[k, i] = OVERLAND
                alpha[k, i] = MANNING * plane[i] / of_plane[k] / rough[k]
        route = words.choice(row, 6, "routing between sub-areas", _ROUTES)
        routed = words.number(row, 7, "percentage routed", 100.0, least=0.0) / 100
        if route == _TO_IMPERVIOUS and 0 < sealed < 1 and bare < 1:
            leaves[2, i] = 1 - routed
        elif route == _TO_PERVIOUS and 0 < sealed < 1:
            leaves[:2, i] = 1 - routed
    for i, land in enumerate(words.inp.subcatchments):
        if i not in seen:
            words.problem(land.line, f"subcatchment '{land.name}' has no row in [SUBAREAS]")
    return share, leaves, how, alpha, store


def _planes(words: Words, index: dict[str, int]) -> list[float]:
    """Width over area times the root of the slope, 1/m, of each subcatchment."""
    planes = [0.0] * len(index)
    for row in words.inp.rows("SUBCATCHMENTS"):
        i = index[row.words[0].upper()]
        width = words.length * words.number(row, 5, "width", least=0.0)
        slope = words.number(row, 6, "slope", least=0.0) / 100
        area = words.inp.subcatchments[i].area
        planes[i] = width / area * slope**0.5 if area > 0 else 0.0
    return planes


def _step(words: Words, name: str) -> float:
    """Whole seconds of a step given as hours:minutes:seconds or, as SWMM takes it, decimal hours."""
    value, line = words.option(name)
    if not value:
        return _STEPS[name]
    try:
        hours, minutes, seconds = [*(float(part) for part in value.split(":")), 0.0, 0.0][:3]
    except ValueError:
        hours = minutes = seconds = 0.0
    whole = float(int(HOUR * hours + 60 * minutes + seconds + 0.5))
    if whole <= 0:
        words.problem(line, f"{name} is '{value}'", "write hours:minutes:seconds")
        return _STEPS[name]
    return whole
