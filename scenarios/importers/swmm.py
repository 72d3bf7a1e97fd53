"""A scenario from any EPA SWMM model: drains as they are, schematic roads, a first fleet, a cloudburst."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta, timezone
from pathlib import Path

import numpy as np

from scenarios.importers.compose import District, Report, as_name, compose
from scenarios.importers.drain_model import Floods, flooding, read_model, refused, worst_first
from scenarios.importers.folder import require_free
from scenarios.importers.storms import design_rain
from scenarios.importers.swmm_roads import OFFICE, layout, roads
from scenarios.problems import BadScenario, problem
from simulation.drainage.editing import model_duration, model_start, with_own_rain
from simulation.drainage.inp import Inp, InpError
from simulation.drainage.protocol import DrainageError
from simulation.drainage.swmm import mean_rain
from simulation.model import Name, Place, PlaceKind, Segment, Storm, Warning, Weather

POINT_SHARE = 0.05
"""Share of the nodes that are named waterlogging points (a setting)."""
MOST_POINTS = 30
OWN_RAIN_STEP = 300
LONGEST_OWN_RAIN = 30 * 86400
HEAVIEST_OWN_RAIN = 0.2
"""kg/m2/s that a storm can have (720 mm/h, see ``Weather``); beyond it millimetres were read as inches."""
RAIN_AIR = 24.0
"""degC during the model's own rain (a setting: warm enough for rain)."""
SCHEMATIC = Name(
    zh="道路是沿管线画的示意，不是真实路网。",
    en="The roads are schematic, drawn along the pipes; they are not the real streets.",
)


def import_swmm(
    inp_path: Path | str,
    out_dir: Path | str,
    name: Name | str | None = None,
    centre: tuple[float, float] = (0.0, 0.0),
    lang: str = "zh",
) -> Report:
    """Write a scenario folder for a SWMM model and report what is in it.

    The model goes in unchanged. Roads run along its links; waterlogging points are the nodes that flood
    worst under the design cloudburst, which is run once for that. Variant ``own-rain`` has the model's own rain where
    it has any. ``centre`` (lon, lat) is where a map without degrees is drawn; the default lies in the sea, so that
    nobody takes it for a real place. Raises BadScenario with every problem; nothing is half written.
    """
    path = Path(inp_path)
    require_free(out_dir)
    model = read_model(path)
    inp = model.inp
    try:
        own, why_not = _own_rain(inp, path.parent, centre[0])
        drawn = layout(inp, centre)
        segments = tuple(roads(inp, drawn.lonlat))
        floods = flooding(inp, design_rain(segments[0].line[0][0]))
    except InpError as error:
        raise refused(path.name, error) from None
    except DrainageError as error:
        raise BadScenario([problem(path.name, "import.does_not_run", reason=error)]) from error
    places = tuple(_places(inp, floods, drawn.lonlat, segments))
    points = sum(p.kind == "waterlogging" for p in places)
    facts = {
        "nodes": len(inp.nodes),
        "links": len(inp.links),
        "subcatchments": len(inp.subcatchments),
        "waterlogging_points": points,
        "pumping_stations": sum(p.kind == "pumping_station" for p in places),
        "flooded_m3": round(floods.total),
    }
    district = District(
        segments=segments,
        places=places,
        sources=(SCHEMATIC,),
        notes=(
            drawn.how,
            _on_points(points, floods),
            *model.notes(),
            *([] if why_not is None else [why_not]),
        ),
        facts=facts,
        drains=inp.text,
        floods=floods,
        hazards=("water",),
        own_rain=None if own is None else (own, round(max(model_duration(inp) / 3600, 1 / 60), 4)),
    )
    return compose(out_dir, as_name(name, path), district, lang)


def _on_points(points: int, floods: Floods) -> Name:
    """How the waterlogging points were chosen."""
    if floods.total > 0:
        return Name(
            zh=f"积水点为设计暴雨下道路积水最深、溢流最多的 {points} 个节点",
            en=f"waterlogging points are the {points} nodes that overflow most in the design cloudburst, those with "
            "deep water on a road first",
        )
    return Name(zh="积水点取充满度最高的节点", en="the waterlogging point is the node that fills most")


def _places(inp: Inp, floods: Floods, lonlat: np.ndarray, segments: Sequence[Segment]) -> list[Place]:
    """Pumping stations, and the nodes that flood their roads worst (or fill most, where none overflows)."""
    road = {s.low_point: s.id for s in reversed(segments)}
    index = {node.name.upper(): i for i, node in enumerate(inp.nodes)}

    def place(id_: str, zh: str, en: str, kind: PlaceKind, node: int) -> Place:
        lon, lat = (round(float(v), 7) for v in lonlat[node])
        name = inp.nodes[node].name
        return Place(
            id=id_, name=Name(zh=zh, en=en), kind=kind, lon=lon, lat=lat, office=OFFICE, drain_node=name,
            segment=road.get(name),
        )  # fmt: skip

    stations = [
        place(f"station-{x.name}", f"{x.name} 泵站", f"pumping station {x.name}", "pumping_station",
              index[x.start.upper()])
        for x in inp.links if x.kind == "pump"
    ]  # fmt: skip
    can_flood = [node.name for node in inp.nodes if node.kind != "outfall" and node.name in road]
    worst = worst_first(can_flood, floods, segments)
    most = min(MOST_POINTS, max(1, math.ceil(POINT_SHARE * len(inp.nodes))))
    chosen = [name for name in worst[:most] if floods.nodes[name].volume > 0] or worst[:1]
    return stations + [
        place(
            f"point-{name}",
            f"{name} 积水点",
            f"waterlogging point {name}",
            "waterlogging",
            index[name.upper()],
        )
        for name in chosen
    ]


def _own_rain(inp: Inp, folder: Path, lon: float) -> tuple[Storm | None, Name | None]:
    """The rain the model was made for, as the mean over its land; or why there is none."""
    if not inp.subcatchments or not inp.gages:
        return None, None
    duration = model_duration(inp)
    if duration > LONGEST_OWN_RAIN:
        days = duration / 86400
        return None, Name(
            zh=f"模型自带的降雨长 {days:.0f} 天，超过 30 天，未采用。",
            en=f"The model's own rain lasts {days:.0f} days, more than 30, and is left out.",
        )
    try:
        rates = mean_rain(with_own_rain(inp, folder), OWN_RAIN_STEP, duration)
    except InpError as error:
        problem = error.problems[0]
        return None, Name(
            zh=f"未采用模型自带的降雨（第 {problem.line} 行）：{problem.what}。",
            en=f"The model's own rain is left out: {problem}.",
        )
    if sum(rates) <= 0:
        return None, None
    if max(rates) > HEAVIEST_OWN_RAIN:
        mmh = max(rates) * 3600
        return None, Name(
            zh=f"模型自带的降雨达 {mmh:.0f} mm/h，超过 720 mm/h，未采用。",
            en=f"The model's own rain reaches {mmh:.0f} mm/h, more than 720, and is left out.",
        )
    total = sum(rates) * OWN_RAIN_STEP
    changes = [i for i, rate in enumerate(rates) if i == 0 or abs(rate - rates[i - 1]) > 1e-9]
    rows = [
        Weather(t=float(i * OWN_RAIN_STEP), precipitation=round(rates[i], 12), air=RAIN_AIR, humidity=0.95)
        for i in changes
    ]
    rows.append(Weather(t=float(len(rates) * OWN_RAIN_STEP), precipitation=0.0, air=RAIN_AIR, humidity=0.9))
    return Storm(
        id="own-rain",
        name=Name(zh=f"模型自带降雨 {total:.0f} mm", en=f"the model's own rain, {total:.0f} mm"),
        note=Name(
            zh="模型自带雨量站按面积平均，每 5 分钟一行；气温为设定。",
            en="Mean of the model's own gages by area, in rows of 5 minutes; the temperature is a setting.",
        ),
        start=model_start(inp).replace(tzinfo=timezone(timedelta(hours=round(lon / 15)))),
        weather=tuple(rows),
        warnings=(Warning(t=0.0, hazard="water", colour="orange"),),
    ), None
