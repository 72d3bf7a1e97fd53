"""A planner's drain model (EPA SWMM .inp): read whatever code its text is in, and run once with nobody at work."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenarios.checks.drain_units import doubts, rain_doubts
from scenarios.checks.drains import of_drains
from scenarios.marked import LARGEST_FILE
from scenarios.problems import BadScenario, problem
from scenarios.said import Said
from simulation.drainage.editing import external_files, with_storm
from simulation.drainage.inp import Inp, InpError, read_inp
from simulation.drainage.rows import lines_of
from simulation.drainage.swmm import SwmmDrainage
from simulation.hazards.streets import depth_of, low_point
from simulation.hazards.water import LEAST_STREET, STREET_DRAIN_TIME
from simulation.model import Goals, Name, Segment, SnowPhysics, Storm, WaterPhysics
from simulation.weather import WeatherSeries

RAIN_HOURS = 6
"""Length of a cloudburst: 1 h before the rain, 2 h of it, 3 h after."""
RAIN_ROWS = 300
"""s: the rows of the design rain."""
TICK = 60
"""s between two looks at the model."""
SHALLOWEST = 0.01
"""m, in place of a rim at the invert."""
CLEAN = WaterPhysics(clog_start=0.0, clog_per_flow=0.0)
"""Inlets as the model's author calibrated them: nothing blocks them but what the model itself says. So a run in
which nobody acts floods what SWMM alone floods; debris is a variant, `CLOGGED`."""
CLOGGED = {
    "physics.water.clog_start_pct": round(100 * WaterPhysics().clog_start),
    "physics.water.clog_per_flow": WaterPhysics().clog_per_flow,
}
"""Overrides that put leaves and rubbish before the inlets."""
CODES = ("utf-8-sig", "gb18030", "latin-1")
"""Codes of the text, tried in turn: a Chinese Windows saves GBK; the last reads anything."""


@dataclass(frozen=True)
class Model:
    """A drain model as it was read."""

    inp: Inp
    code: str
    """The code its text was in."""
    file: str
    ends_within: bool = False
    """Whether its last line has no line end, as after a cut."""

    def notes(self) -> list[Name]:
        """What of the model has no part in a run, or could surprise."""
        notes = []
        if not self.inp.ponding:
            notes.append(
                Name(
                    zh="模型不允许积水回流：溢出的水按道路面积估算水深，并沿地面流走",
                    en="the model lets no water pond: what overflows stands on the road, by its area, and runs off "
                    "over land",
                )
            )
        if (routing := self.inp.options.get("FLOW_ROUTING", "KINWAVE").upper()) != "DYNWAVE":
            notes.append(
                Name(
                    zh=f"模型用 {routing} 演算：没有回水，堵塞不起作用",
                    en=f"the model routes by {routing}: there is no backwater, and debris has no effect",
                )
            )
        if not self.inp.subcatchments:
            notes.append(
                Name(
                    zh="模型没有汇水区：降雨进不了管网，只有它自带的入流",
                    en="the model has no subcatchments: rain has no way in, only its own inflows run",
                )
            )
        if self.code != CODES[0]:
            notes.append(
                Name(zh=f"排水模型按 {self.code} 编码读入", en=f"the drain model was read as {self.code}")
            )
        told = [Said(key, **gaps) for key, gaps in (*doubts(self.inp), *rain_doubts(self.inp))]
        if self.ends_within:
            told.append(Said("drains.ends_within"))
        notes += [Name(zh=said.in_language("zh"), en=str(said)) for said in told]
        return notes + [
            Name(zh=f"未采用外部文件：{line}", en=f"a file outside the model is left out: {line}")
            for line in external_files(self.inp)
        ]


def read_model(path: Path | str) -> Model:
    """Read an .inp file. Raises BadScenario with every problem, each by its line."""
    path = Path(path)
    if path.suffix.lower() != ".inp":
        raise BadScenario([problem(path.name, "import.no_drains_file")])
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        reason, hint = error.strerror or error, Said("import.give_inp")
        raise BadScenario([problem(str(path), "file.cannot_open", hint=hint, reason=reason)]) from error
    if size > LARGEST_FILE:
        raise BadScenario([problem(path.name, "file.too_large", most=LARGEST_FILE // 1_000_000)])
    text, code = _decoded(raw)
    try:
        inp = read_inp("\n".join(lines_of(text)) + "\n")
    except InpError as error:
        raise refused(path.name, error) from None
    if not inp.links:
        raise BadScenario([problem(path.name, "import.no_links")])
    return Model(inp, code, path.name, not text.endswith(("\n", "\r")))


def refused(file: str, error: InpError) -> BadScenario:
    """What SWMM or its reader has against a model, by file and line."""
    return BadScenario(of_drains(file, found) for found in error.problems)


def _decoded(raw: bytes) -> tuple[str, str]:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace"), "utf-16"
    for code in CODES[:-1]:
        try:
            return raw.decode(code), code
        except UnicodeDecodeError:
            continue
    return raw.decode(CODES[-1]), CODES[-1]


@dataclass(frozen=True)
class Flooded:
    """What a storm does to a drain node when nobody acts."""

    volume: float
    """m3 that leaves through its rim."""
    fullness: float
    """Highest depth over the depth of the rim."""
    rate: np.ndarray
    """(looks,) m3/s through the rim, every `TICK`."""
    above: np.ndarray | None
    """(looks,) m above the rim where the model keeps its water there (ponding); None where it lets it go."""


@dataclass(frozen=True)
class Floods:
    """What a storm does to a drain model when nobody acts."""

    nodes: Mapping[str, Flooded]
    total: float
    """m3 of overflow, as ``flooded_m3`` of a run tells it: what a street inlet catches again is not in it."""


def flooding(inp: Inp, storm: Storm) -> Floods:
    """Run the model under a storm for `RAIN_HOURS`, clean and with nobody at work, as the scenario will run it.

    Raises InpError with the lines that SWMM refuses, DrainageError where it fails on the way.
    """
    seconds = RAIN_HOURS * 3600
    series = WeatherSeries(storm, SnowPhysics())
    rain = [series.over(t, RAIN_ROWS).rain for t in range(0, seconds, RAIN_ROWS)]
    rates, depths = [], []
    with SwmmDrainage(with_storm(inp, rain, RAIN_ROWS, storm.start, seconds)) as drains:
        for _ in range(0, seconds, TICK):
            drains.step(TICK)
            rates.append(drains.flooding())
            depths.append(drains.depth())
        rate, depth = np.array(rates), np.array(depths)
        fullness = depth.max(axis=0) / np.maximum(drains.full_depth, SHALLOWEST)
        above = np.maximum(depth - drains.full_depth, 0.0)
        nodes = {
            name: Flooded(volume, share, rate[:, i], above[:, i] if drains.ponded_area[i] > 0 else None)
            for i, (name, volume, share) in enumerate(
                zip(drains.nodes, drains.flooded().tolist(), fullness.tolist(), strict=True)
            )
        }
        return Floods(nodes, drains.totals().flooded)


@dataclass(frozen=True)
class Deep:
    """How long a road at a node stands under more water than a limit."""

    minutes: float
    late: float
    """m3 that a pump can still find there ``lead`` after the first of these minutes: what stands and what comes yet.
    All that rose where the model keeps its water."""


def deep_water(
    limit: float, lead: float, floods: Mapping[str, Flooded], segments: Sequence[Segment]
) -> dict[str, Deep]:
    """Nodes whose roads get more than ``limit`` m of water; ``lead`` in s. Nodes under no road have none.

    What overflows stands and runs off as in ``simulation.hazards.water``, without what comes down from other streets.
    """
    roads: dict[str, list[Segment]] = {}
    for segment in segments:
        if segment.low_point is not None and segment.low_point in floods:
            roads.setdefault(segment.low_point, []).append(segment)
    found = {}
    for node, over in roads.items():
        flood = floods[node]
        if flood.volume <= 0:
            continue
        volume, depth = _standing(flood, over)
        deep = np.flatnonzero(depth > limit)
        if not len(deep):
            continue
        late = flood.volume
        if flood.above is None:
            first, last = int(deep[0] + lead / TICK), int(deep[-1])
            late = float(volume[first] + flood.rate[first:].sum() * TICK) if first <= last else 0.0
        found[node] = Deep(len(deep) * TICK / 60, late)
    return found


def worst_first(names: Iterable[str], floods: Floods, segments: Sequence[Segment]) -> list[str]:
    """Nodes with deep water on a road first, then by overflow, then by how full they get."""
    deep = deep_water(Goals().depth_limit, 0, floods.nodes, segments)

    def rank(name: str) -> tuple[bool, float, float, str]:
        flood = floods.nodes[name]
        return name not in deep, -flood.volume, -flood.fullness, name

    return sorted(names, key=rank)


def _standing(flood: Flooded, over: Sequence[Segment]) -> tuple[np.ndarray, np.ndarray]:
    """(looks,) m3 and m of water on the roads over a node; where it ponds, m3 that rose so far."""
    if flood.above is not None:
        return np.cumsum(flood.rate) * TICK, flood.above
    length = sum(s.length for s in over) or LEAST_STREET[0]
    width = sum(s.length * s.width for s in over) / length
    kept = math.exp(-TICK / STREET_DRAIN_TIME)
    standing, volumes = 0.0, []
    for rate in flood.rate.tolist():
        standing = standing * kept + rate * STREET_DRAIN_TIME * (1 - kept)
        volumes.append(standing)
    volume = np.array(volumes)
    below = np.array(any(s.structure in ("underpass", "tunnel") for s in over))
    return volume, depth_of(low_point(np.array(length), np.array(width), below), volume)
