"""A first fleet for a district that has named none: sized by published ratios, and saying so.

Every ratio stands in ``ratios`` with its source and confidence. It is where a planner starts, not what is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from scenarios.catalog import load_kinds, load_materials
from scenarios.importers.geo import Plane
from scenarios.importers.ratios import RATIOS
from simulation.model import (
    Depot,
    Equipment,
    Fleet,
    HazardName,
    Name,
    Place,
    Segment,
    Stock,
    Team,
    Tier,
    Verb,
)


@dataclass(frozen=True)
class DefaultFleet:
    """The fleet, and why it is as large as it is."""

    fleet: Fleet
    why: tuple[Name, ...]
    """Sentences on its sizes."""
    sources: tuple[Name, ...]
    """Where the ratios behind them come from."""


@dataclass(frozen=True)
class _Row:
    """Machines of one kind and the team that mans them."""

    kind: str
    count: int
    team: str
    by: str
    """What they are shared out by: road or point."""


@dataclass(frozen=True)
class _Crew:
    """What the teams of one sort are."""

    zh: str
    en: str
    tier: Tier
    skills: tuple[Verb, ...]


TEAMS = {
    "snow": _Crew("除雪队", "snow team", "district", ("plough", "spread")),
    "haul": _Crew("运雪队", "snow haul team", "district", ("haul",)),
    "pump": _Crew("抽排队", "pump team", "district", ("pump",)),
    "drain": _Crew("清掏队", "inlet team", "street", ("clear_inlet",)),
    "guard": _Crew("封控队", "barrier team", "street", ("close", "guard")),
    "bag": _Crew("沙袋队", "sandbag team", "community", ("sandbag", "guard")),
}


@dataclass
class _Sizing:
    """Counts, sentences and sources while the fleet grows."""

    rows: list[_Row] = field(default_factory=list)
    stock: dict[str, float] = field(default_factory=dict)
    """kg of each material in the whole district, in whole tonnes."""
    why: list[Name] = field(default_factory=list)

    sources: list[Name] = field(default_factory=list)

    def say(self, zh: str, en: str, *ratios: str) -> None:
        """Add a sentence, and the sources of the ratios behind it."""
        self.why.append(Name(zh=zh, en=en))
        if ratios:
            sources = [RATIOS[name].source for name in ratios]
            zh, en = zh.partition("：")[0], en.partition(":")[0]
            zh, en = f"{zh}：{'；'.join(s.zh for s in sources)}", f"{en}: {'; '.join(s.en for s in sources)}"
            self.sources.append(Name(zh=zh, en=en))


def default_fleet(
    segments: Sequence[Segment], hazards: Sequence[HazardName], places: Sequence[Place] = (), office: str = ""
) -> DefaultFleet:
    """A fleet for the roads, and for the waterlogging points and underpasses among the places.

    Deterministic. Depots lie at junctions of ordinary roads, spread by road length; teams have enough people to
    man every machine in all their shifts.
    """
    sizing = _Sizing()
    points = [p for p in places if p.kind in ("waterlogging", "underpass")]
    ploughs = _size_snow(segments, sizing) if "snow" in hazards else 0
    if "water" in hazards:
        _size_water(points, sizing)
    sites = _depot_sites(segments, _depot_count(segments, ploughs))
    _say_depots(len(sites), sizing)
    fleet = _fleet(sizing, sites, segments, points, office)
    return DefaultFleet(fleet, tuple(sizing.why), tuple(sizing.sources))


def _value(name: str) -> float:
    return RATIOS[name].value


def _size_snow(segments: Sequence[Segment], sizing: _Sizing) -> int:
    major = sum(s.length for s in segments if s.priority <= 2) / 1000
    minor = sum(s.length for s in segments if s.priority > 2) / 1000
    large = max(1, math.ceil(major / _value("km_per_plough")))
    small = max(1, math.ceil(minor / _value("km_per_plough")))
    haul = max(1, round((large + small) / _value("ploughs_per_haul_set")))
    sizing.rows += [
        _Row("plough-spreader", large, "snow", "road"),
        _Row("plough-3t", small, "snow", "road"),
        _Row("haul", haul, "haul", "road"),
    ]
    sizing.say(
        f"除雪车：主次干路 {major:.0f} km 用大车 {large} 台，其余 {minor:.0f} km 用小车 {small} 台",
        f"ploughs: {large} large for {major:.0f} km of main roads, {small} small for the other {minor:.0f} km",
        "km_per_plough",
    )
    _size_salt(segments, sizing)
    sizing.say(f"运雪车组：{haul} 套", f"haul sets: {haul}", "ploughs_per_haul_set")
    sizing.say(
        "未列人工除雪班：道路数据中没有人行道宽度",
        "no hand squads: the road data tell no width of footways",
    )
    return large + small


def _size_salt(segments: Sequence[Segment], sizing: _Sizing) -> None:
    """De-icer for the treatments of the design snowfalls, in whole tonnes."""
    storms = int(_value("deicer_storms"))
    need, told = 0.0, []
    for which, main in (("main", True), ("other", False)):
        area = sum(s.length * s.width for s in segments if (s.priority <= 2) == main) / 1e6
        passes = int(_value(f"deicer_passes_{which}"))
        dose = _value("deicer_first_g_m2") + (passes - 1) * _value("deicer_later_g_m2")
        need += area * dose * storms
        told.append((area, passes, dose))
    tonnes = math.ceil(need * _value("deicer_reserve") - 1e-9)
    sizing.stock["salt"] = 1000.0 * tonnes
    (area, passes, dose), (other, fewer, less) = told
    sizing.say(
        f"融雪剂：储备 {tonnes} t，够设计降雪 {storms} 场；每场主次干路 {area:.2f} km2 撒 {passes} 遍"
        f"（共 {dose:.0f} g/m2），其余 {other:.2f} km2 撒 {fewer} 遍（共 {less:.0f} g/m2），另加一成",
        f"de-icer: {tonnes} t of salt, for {storms} design snowfalls; each takes {passes} treatments "
        f"({dose:.0f} g/m2 in all) of {area:.2f} km2 of main roads and {fewer} ({less:.0f} g/m2) of {other:.2f} km2 of "
        "others, and a tenth in reserve",
        "deicer_first_g_m2",
        "deicer_later_g_m2",
        "deicer_passes_main",
        "deicer_passes_other",
        "deicer_storms",
        "deicer_reserve",
    )


def _size_water(points: Sequence[Place], sizing: _Sizing) -> None:
    count = max(1, len(points))
    deep = sum(p.kind == "underpass" for p in points)
    trucks = math.ceil(count * _value("trucks_per_point"))
    large = min(trucks, math.ceil(deep * _value("trucks_per_point")))
    pumps = round(trucks * _value("pumps_per_truck"))
    inlet = math.ceil(count / _value("points_per_inlet_squad"))
    barrier = math.ceil(count / _value("points_per_barrier_squad"))
    bag = math.ceil(count / _value("points_per_sandbag_squad"))
    piece = next(m.piece for m in load_materials() if m.id == "sandbag")
    weight = 1000.0 * math.ceil(trucks * _value("bags_per_truck") * piece / 1000)
    bags = round(weight / piece)
    sizing.rows += [
        _Row("pump-truck-3000", large, "pump", "point"),
        _Row("pump-truck-1500", trucks - large, "pump", "point"),
        _Row("pump-180", pumps, "pump", "point"),
        _Row("inlet-squad", inlet, "drain", "point"),
        _Row("barrier-squad", barrier, "guard", "point"),
        _Row("sandbag-squad", bag, "bag", "point"),
    ]
    sizing.stock["sandbag"] = weight
    sizing.say(
        f"抽排：{count} 处积水点，排水车 {trucks} 台（下穿和隧道用 3000 m3/h 的 {large} 台），移动泵 {pumps} 台",
        f"pumping: {count} points, {trucks} pump trucks ({large} of 3,000 m3/h, by underpasses) and {pumps} pumps",
        "trucks_per_point",
        "pumps_per_truck",
    )
    sizing.say(
        f"守点：清掏班 {inlet}，封控班 {barrier}，沙袋班 {bag}，沙袋 {bags} 只",
        f"at the points: {inlet} inlet, {barrier} barrier and {bag} sandbag squads, {bags} bags",
        "points_per_inlet_squad",
        "points_per_barrier_squad",
        "points_per_sandbag_squad",
        "bags_per_truck",
    )


def _say_depots(count: int, sizing: _Sizing) -> None:
    sizing.say(
        f"场站：{count} 处，按道路长度分片，位于各片中部的路口",
        f"depots: {count}, at junctions in the middle of parts of the road length",
        "depot_radius_km",
        "ploughs_per_depot",
    )
    sizing.say(
        "人员：各机械按两班配足，24 h 待命；油料在社会加油站补给",
        "people: enough to man all machines in two shifts, on call all day; fuel comes from public stations",
        "relief",
    )


# --------------------------------------------------------------------------- depots


def _depot_count(segments: Sequence[Segment], ploughs: int) -> int:
    """As many as ploughs can man, and at least one; `_depot_sites` stops earlier where all is in reach."""
    return max(1, int(ploughs / _value("ploughs_per_depot")))


def _depot_sites(segments: Sequence[Segment], most: int) -> list[tuple[float, float]]:
    """Longitude and latitude of at most ``most`` depots, by farthest-first choice and k-medians.

    The first lies at the median of the road length; the next where the farthest junction is, until all lie within
    the service radius; then every depot moves to the median of what is nearest to it, three times.
    """
    lonlat, weight, usable = _junctions(segments)
    plane = Plane(lonlat[:, 0], lonlat[:, 1])
    xy = plane.xy(lonlat[:, 0], lonlat[:, 1])
    candidates = np.flatnonzero(usable) if usable.any() else np.arange(len(xy))
    radius = 1000 * _value("depot_radius_km")
    chosen = [_nearest(xy, candidates, _median(xy, weight))]
    while len(chosen) < most:
        reach = _apart(xy, xy[chosen]).min(axis=1)
        if reach.max() <= radius:
            break
        chosen.append(_nearest(xy, candidates, xy[int(reach.argmax())]))
    for _ in range(3):
        owner = _apart(xy, xy[chosen]).argmin(axis=1)
        chosen = [
            _nearest(xy, candidates, _median(xy[owner == k], weight[owner == k])) if (owner == k).any() else c
            for k, c in enumerate(chosen)
        ]
    return [(float(lonlat[i, 0]), float(lonlat[i, 1])) for i in dict.fromkeys(chosen)]


def _junctions(segments: Sequence[Segment]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n, 2) lon/lat of the junctions, (n,) m of road at each, (n,) whether a yard could lie there."""
    index: dict[str, int] = {}
    lonlat: list[tuple[float, float]] = []
    weight: list[float] = []
    usable: list[bool] = []
    for segment in segments:
        ordinary = segment.structure == "none" and segment.road_class != "expressway"
        for name, point in ((segment.start, segment.line[0]), (segment.end, segment.line[-1])):
            if name not in index:
                index[name] = len(lonlat)
                lonlat.append(point)
                weight.append(0.0)
                usable.append(True)
            weight[index[name]] += segment.length / 2
            usable[index[name]] &= ordinary
    return np.array(lonlat), np.array(weight), np.array(usable)


def _apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])


def _nearest(xy: np.ndarray, candidates: np.ndarray, target: np.ndarray) -> int:
    return int(candidates[np.hypot(*(xy[candidates] - target).T).argmin()])


def _median(xy: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted median of each coordinate."""
    middle = []
    for values in xy.T:
        order = np.argsort(values, kind="stable")
        running = np.cumsum(weight[order])
        middle.append(values[order[int(np.searchsorted(running, running[-1] / 2))]])
    return np.array(middle)


# --------------------------------------------------------------------------- nouns


def _fleet(
    sizing: _Sizing,
    sites: Sequence[tuple[float, float]],
    segments: Sequence[Segment],
    points: Sequence[Place],
    office: str,
) -> Fleet:
    kinds = {kind.id: kind for kind in load_kinds()}
    road = _shares(sites, [(s.line[0], s.length) for s in segments])
    point = _shares(sites, [((p.lon, p.lat), 1.0) for p in points]) if points else road
    ploughs = sum(row.count for row in sizing.rows if row.team == "snow")
    depots, equipment, people = [], [], dict[tuple[str, int], int]()
    for k, (lon, lat) in enumerate(sites):
        bays = max(1, math.ceil(ploughs * road[k] / _value("ploughs_per_bay")))
        name = Name(zh=f"{k + 1} 号应急场站", en=f"emergency yard {k + 1}")
        depots.append(
            Depot(id=f"yard-{k + 1}", name=name, lon=lon, lat=lat, office=office, bays=min(50, bays))
        )
    for row in sizing.rows:
        for k, count in enumerate(_deal(row.count, road if row.by == "road" else point)):
            if count:
                team = f"{row.team}-{k + 1}"
                equipment.append(Equipment(id=f"{row.kind}-{k + 1}", kind=row.kind, count=count, team=team))
                manned = count * kinds[row.kind].crew * int(_value("relief"))
                people[row.team, k] = people.get((row.team, k), 0) + manned
    stock = [
        Stock(depot=depot.id, material=material, amount=1000.0 * tonnes)
        for material, total in sizing.stock.items()
        for depot, tonnes in zip(
            depots, _deal(round(total / 1000), road if material == "salt" else point), strict=True
        )
        if tonnes
    ]
    return Fleet(
        kinds=load_kinds(),
        materials=load_materials(),
        depots=tuple(depots),
        stock=tuple(stock),
        teams=tuple(_team(sort, k, size, office) for (sort, k), size in people.items()),
        equipment=tuple(equipment),
    )


def _team(sort: str, depot: int, people: int, office: str) -> Team:
    what = TEAMS[sort]
    return Team(
        id=f"{sort}-{depot + 1}",
        name=Name(zh=f"{depot + 1} 号{what.zh}", en=f"{what.en} {depot + 1}"),
        unit=Name(zh="待定单位", en="unit to be named"),
        tier=what.tier,
        office=office if what.tier in ("street", "community") else "",
        depot=f"yard-{depot + 1}",
        people=people,
        skills=what.skills,
        relief=int(_value("relief")),
    )


def _shares(
    sites: Sequence[tuple[float, float]], items: Sequence[tuple[tuple[float, float], float]]
) -> np.ndarray:
    """(sites,) share of the items' weight that is nearest to each site."""
    lonlat, weight = np.array([p for p, _ in items]), np.array([w for _, w in items])
    plane = Plane(lonlat[:, 0], lonlat[:, 1])
    ends = plane.xy(*np.array(sites).T)
    owner = _apart(plane.xy(lonlat[:, 0], lonlat[:, 1]), ends).argmin(axis=1)
    return np.bincount(owner, weight, minlength=len(sites)) / weight.sum()


def _deal(count: int, shares: np.ndarray) -> list[int]:
    """Whole machines or tonnes by share, the largest remainders first; adds up to ``count``."""
    exact = count * shares
    dealt = np.floor(exact).astype(int)
    for k in np.argsort(-(exact - dealt), kind="stable")[: count - int(dealt.sum())]:
        dealt[k] += 1
    return [int(n) for n in dealt]
