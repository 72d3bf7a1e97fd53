"""Writes the drains as an EPA SWMM 5.2 model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from scenarios.jinshui.build.files import number
from scenarios.jinshui.build.ground import Point, bend
from scenarios.jinshui.build.parts import Drains, Pipe, Pit, Spill, Street
from scenarios.jinshui.build.sewers import ROUGHNESS
from scenarios.jinshui.build.surface import RAMP_SLOPE, SUMP

HEAD = """[TITLE]
;; Jinshui district, Zhengzhou: schematic reconstruction, not surveyed / 示意性重建，非实测
;; made by 'python -m scenarios.jinshui.build'; n... street and sewer, y... yards beside it, w-...
;; waterlogging point, t-.../u-... tunnel or underpass, v-... the room over its ramps, o... outfall, p-... outfall of
;; a pumping station, r... street water over a river bank

[OPTIONS]
FLOW_UNITS           CMS
INFILTRATION         HORTON
FLOW_ROUTING         DYNWAVE
LINK_OFFSETS         ELEVATION
ALLOW_PONDING        YES
START_DATE           07/20/2026
START_TIME           00:00:00
END_DATE             07/20/2026
END_TIME             06:00:00
REPORT_STEP          00:15:00
WET_STEP             00:01:00
DRY_STEP             00:05:00
ROUTING_STEP         15
VARIABLE_STEP        0.75
MINIMUM_STEP         1
LENGTHENING_STEP     15
INERTIAL_DAMPING     PARTIAL
NORMAL_FLOW_LIMITED  BOTH
MIN_SURFAREA         12
MAX_TRIALS           8
HEAD_TOLERANCE       0.003
THREADS              1

[RAINGAGES]
;;name  form       interval scf source
district INTENSITY 0:05     1.0 TIMESERIES none

[TIMESERIES]
none 0:00 0
"""

HORTON = (60.0, 5.0, 3.0, 7.0, 0.0)
"""mm/h at first, mm/h in the end, decay 1/h, drying days (loam under lawn; setting, no source)."""

STREET_CURVE = ((0.0, 0.0), (0.04, 0.0), (0.10, 0.022), (0.20, 0.10), (0.40, 0.34), (0.80, 1.05), (1.60, 3.1))
"""Water over a street's rim, m -> m3/s for each m of width: a broad sill with the friction of a street."""
RAMP_CURVE = ((0.0, 0.0), (0.20, 0.0), (0.30, 0.04), (0.50, 0.27), (1.0, 1.1), (2.0, 3.0))
"""The same over the hump before a ramp, 0.2 m high (setting, no source)."""
BANK_CURVE = ((0.0, 0.0), (0.15, 0.0), (0.30, 0.09), (0.70, 0.65), (1.50, 2.4))
"""The same over a river bank, 0.15 m above the street (setting, no source)."""


ROOM = 25
"""m3/s for each m that the water at a low point stands above that on the ramps: they are one water."""
KERB = 0.12
"""Height of the kerb that the yards lie behind, m."""
OPENINGS = 8.0
"""m3/s over the kerbs for each hectare and (m of head)^1.5: some 5 m of gates and dropped kerbs (setting)."""
YARDS = (0.5, 0.2)
"""Land under water beside the streets, as shares of the catchment: a sqrt(depth in m) + b (setting, no source)."""


def inp_text(drains: Drains) -> str:
    """The model's text."""
    return HEAD + "\n".join(_sections(drains)) + "\n"


def _sections(drains: Drains) -> Iterator[str]:
    streets = [*drains.streets.values(), *drains.sags.values(), *(p.street for p in drains.pits.values())]
    yield from _land(streets)
    yield from _section("JUNCTIONS", "name elevation depth initial surcharge ponded", map(_junction, streets))
    yield from _section("OUTFALLS", "name elevation type stage gated", _outfalls(drains))
    yield from _section(
        "STORAGE", "name elevation depth initial curve coefficient exponent constant", _rooms(drains)
    )
    yield from _section(
        "CONDUITS", "name from to length roughness in out initial limit", map(_conduit, drains.pipes)
    )
    yield from _section("XSECTIONS", "link shape height width 0 0 barrels", map(_shape, drains.pipes))
    yield from _section("PUMPS", "name from to curve status on off", _pumps(drains))
    yield from _section("OUTLETS", "name from to crest type curve", _outlets(drains))
    yield from _section("CURVES", "name type x y", _curves(drains))
    yield from _section(
        "REPORT", "", ("INPUT NO", "CONTROLS NO", "SUBCATCHMENTS NONE", "NODES NONE", "LINKS NONE")
    )
    yield from _section("COORDINATES", "node east north", _coordinates(drains, streets))


def _section(name: str, columns: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"\n[{name}]"
    if columns:
        yield f";;{columns}"
    yield from lines


def _n(*values: float) -> str:
    return " ".join(number(value, 3) for value in values)


def _land(streets: list[Street]) -> Iterator[str]:
    """Every node's catchment, with its surfaces and its ground."""
    first, last, decay, drying, most = HORTON
    yield from _section(
        "SUBCATCHMENTS",
        "name gage outlet ha %paved width %slope kerb",
        (f"c{s.id} district {s.id} {_n(s.area / 1e4, s.impervious, s.area / 150.0, 0.3)} 0" for s in streets),
    )
    yield from _section(
        "SUBAREAS",
        "name n-paved n-green mm-paved mm-green %without route",
        (f"c{s.id} 0.014 0.15 1.5 5 25 OUTLET" for s in streets),
    )
    ground = _n(first, last, decay, drying, most)
    yield from _section(
        "INFILTRATION", "name first last decay drying most", (f"c{s.id} {ground}" for s in streets)
    )


def _junction(street: Street) -> str:
    return f"{street.id} {_n(street.invert, street.rim - street.invert)} 0 0 {_n(street.ponded)}"


def _outfalls(drains: Drains) -> Iterator[str]:
    for name, invert in drains.outfalls.items():
        yield f"{name} {_n(invert)} FIXED {_n(invert + 0.3)} NO"
    for bank, name in drains.banks.items():
        yield f"{bank} {_n(drains.streets[name].rim - 3.0)} FREE NO"
    for name, pit in drains.pits.items():
        yield f"p-{name} {_n(pit.street.rim - 1.0)} FREE NO"


def _rooms(drains: Drains) -> Iterator[str]:
    """What a street's yards hold, and what a pit holds besides its flat: the wedges over its two ramps."""
    growth, floor = YARDS
    for street in drains.streets.values():
        land = _n(growth * street.area, 0.5, floor * street.area)
        yield f"{_yard(street)} {_n(street.rim + KERB)} 5 0 FUNCTIONAL {land}"
    for name, pit in drains.pits.items():
        widening = 2 * pit.ramp_width / RAMP_SLOPE
        yield f"v-{name} {_n(pit.street.rim)} {_n(pit.depth + 2.5)} 0 FUNCTIONAL {_n(widening)} 1 40"


def _yard(street: Street) -> str:
    return f"y{street.id[1:]}"


def _conduit(pipe: Pipe) -> str:
    ends = _n(pipe.start_invert, pipe.end_invert)
    return f"{_link(pipe)} {pipe.start} {pipe.end} {_n(pipe.length)} {ROUGHNESS} {ends} 0 {_n(pipe.limit)}"


def _link(pipe: Pipe) -> str:
    return f"d{pipe.start.lstrip('n')}"


def _shape(pipe: Pipe) -> str:
    if pipe.round:
        return f"{_link(pipe)} CIRCULAR {_n(pipe.width)} 0 0 0 1"
    return f"{_link(pipe)} RECT_CLOSED {_n(pipe.height, pipe.width)} 0 0 1"


def _pumps(drains: Drains) -> Iterator[str]:
    for name in drains.pits:
        yield f"pump-{name} {name} p-{name} station-{name} ON 0 0"


def _outlets(drains: Drains) -> Iterator[str]:
    """Ways over the rims; the crest is the rim of the higher street, and water may go back over it."""
    for spill in drains.spills:
        crest = drains.streets[spill.start].rim
        kind = "bank" if spill.end in drains.banks else "street"
        yield f"{_way(spill)} {spill.start} {spill.end} {_n(crest)} TABULAR/HEAD {kind}{number(spill.width, 0)}"
    for street in drains.streets.values():
        over = f"FUNCTIONAL/HEAD {_n(OPENINGS * street.area / 1e4)} 1.5"
        yield f"kerb{street.id[1:]} {street.id} {_yard(street)} {_n(street.rim)} {over}"
    for name, pit in drains.pits.items():
        yield f"room-{name} {name} v-{name} {_n(pit.street.rim)} FUNCTIONAL/HEAD {ROOM} 1"
        for mouth, width in _ramps(pit).items():
            way = f"in-{name}-{mouth} {mouth} {name} {_n(drains.streets[mouth].rim)}"
            yield f"{way} TABULAR/HEAD ramp{number(width, 0)}"


def _ramps(pit: Pit) -> dict[str, float]:
    """Width in m over which each street spills into a pit."""
    return {mouth: pit.ramp_width * count for mouth, count in Counter(pit.mouths).items()}


def _way(spill: Spill) -> str:
    return f"y-{spill.start}-{spill.end}"


def _curves(drains: Drains) -> Iterator[str]:
    for name, pit in drains.pits.items():
        steps = ((0.0, 0.0), (0.4, 0.0), (1.2, pit.station), (SUMP + pit.depth + 3.0, pit.station))
        yield from _curve(f"station-{name}", "PUMP4", steps)
    widths = sorted({s.width for s in drains.spills if s.end not in drains.banks})
    for width in widths:
        yield from _curve(f"street{number(width, 0)}", "RATING", ((h, q * width) for h, q in STREET_CURVE))
    for width in sorted({s.width for s in drains.spills if s.end in drains.banks}):
        yield from _curve(f"bank{number(width, 0)}", "RATING", ((h, q * width) for h, q in BANK_CURVE))
    for width in sorted({width for pit in drains.pits.values() for width in _ramps(pit).values()}):
        yield from _curve(f"ramp{number(width, 0)}", "RATING", ((h, q * width) for h, q in RAMP_CURVE))


def _curve(name: str, kind: str, steps: Iterable[tuple[float, float]]) -> Iterator[str]:
    for i, (x, y) in enumerate(steps):
        yield f"{name} {kind if i == 0 else ''} {_n(x, y)}".replace("  ", " ")


def _coordinates(drains: Drains, streets: list[Street]) -> Iterator[str]:
    """Metres east and north of the city's origin, bent as the roads are."""
    for street in streets:
        yield _place(street.id, street.at)
    for street in drains.streets.values():
        yield _place(_yard(street), _beside(street.at, -60.0))
    for name in drains.outfalls:
        yield _place(name, _beside(drains.streets[f"n{name[1:]}"].at, 80.0))
    for bank, name in drains.banks.items():
        yield _place(bank, _beside(drains.streets[name].at, 120.0))
    for name, pit in drains.pits.items():
        yield _place(f"v-{name}", _beside(pit.street.at, 30.0))
        yield _place(f"p-{name}", _beside(pit.street.at, 60.0))


def _beside(at: Point, metres: float) -> Point:
    return (at[0] + metres, at[1] + metres / 2)


def _place(name: str, at: Point) -> str:
    east, north = bend(at)
    return f"{name} {number(east, 0)} {number(north, 0)}"
