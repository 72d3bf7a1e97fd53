"""A scenario from any EPA SWMM model: drains as they are, schematic roads, a first fleet, a cloudburst."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path

import numpy as np

from scenarios.importers.compose import GUESSED, Report, as_name, slug
from scenarios.importers.fleet import default_fleet
from scenarios.importers.folder import require_free, write_scenario
from scenarios.importers.storms import default_command, design_rain
from scenarios.importers.swmm_roads import OFFICE, layout, roads
from scenarios.problems import BadScenario, Problem
from simulation.drainage.editing import external_files, model_duration, model_start, with_own_rain
from simulation.drainage.inp import Inp, InpError, read_inp
from simulation.drainage.swmm import SwmmDrainage, mean_rain
from simulation.hazards.water import under_storm
from simulation.model import (
    City,
    Name,
    Office,
    Physics,
    Place,
    PlaceKind,
    Scenario,
    Segment,
    Storm,
    Warning,
    WaterPhysics,
    Weather,
)

HOURS = 6
"""Length of the cloudburst scenario: 1 h before, 2 h of rain, 3 h after."""
RISK_HOURS = 4
"""How much of it is run to find the places that overflow: to an hour after the rain."""
POINT_SHARE = 0.05
"""Share of the nodes that are named waterlogging points (a setting)."""
MOST_POINTS = 30
OWN_RAIN_STEP = 300
LONGEST_OWN_RAIN = 30 * 86400
RAIN_AIR = 24.0
"""degC during the model's own rain (a setting: warm enough for rain)."""
SCHEMATIC = Name(
    zh="道路是沿管线画的示意，不是真实路网。",
    en="The roads are schematic, drawn along the pipes; they are not the real streets.",
)
ENCODINGS = ("utf-8-sig", "gb18030", "latin-1")


@dataclass(frozen=True)
class _Risk:
    """What the design storm does to the drains when nobody acts."""

    flooded: np.ndarray
    """(nodes,) m3 over the rim."""
    filling: np.ndarray
    """(nodes,) highest depth over full depth."""


def import_swmm(
    inp_path: Path | str,
    out_dir: Path | str,
    name: Name | str | None = None,
    centre: tuple[float, float] = (0.0, 0.0),
) -> Report:
    """Write a scenario folder for a SWMM model and report what is in it.

    The model goes in unchanged. Roads run along its links; waterlogging points are the nodes that overflow most
    under the design cloudburst, which is run once for that. Variant ``own-rain`` has the model's own rain where
    it has any. Debris is off (``physics.water.clog_*``): with no team at work the run floods what SWMM alone
    floods. ``centre`` (lon, lat) is where a map without degrees is drawn; the default lies in the sea, so that
    nobody takes it for a real place. Raises BadScenario with every problem; nothing is half written.
    """
    path = Path(inp_path)
    require_free(out_dir)
    inp, encoding = _read(path)
    title = as_name(name, path)
    try:
        own, why_not = _own_rain(inp, path.parent, centre[0])
        drawn = layout(inp, centre)
        segments = roads(inp, drawn.lonlat)
        draft = _scenario(Path(out_dir).resolve().name, title, inp, segments, ())
        risk = _risk(draft)
    except InpError as error:
        raise _bad(path, error) from None
    places = _places(inp, risk, drawn.lonlat, segments)
    notes = [drawn.how, *_notes(inp, encoding, why_not, places, risk)]
    scenario = _scenario(draft.id, title, inp, segments, places)
    equipped = default_fleet(segments, scenario.hazards, places, OFFICE)
    scenario = scenario.model_copy(update={"fleet": equipped.fleet})
    variants: dict[str, dict[str, object]] = {}
    if own is not None:
        hours = max(model_duration(inp) / 3600, 1 / 60)
        variants["own-rain"] = {"storm": own.id, "hours": round(hours, 4)}
    told = [*notes, *equipped.why]
    storms = () if own is None else (own,)
    folder = write_scenario(out_dir, scenario, storms, variants, _readme(scenario, list(variants), told))
    facts = {
        "nodes": len(inp.nodes),
        "links": len(inp.links),
        "subcatchments": len(inp.subcatchments),
        "segments": len(segments),
        "km": round(sum(s.length for s in segments) / 1000, 2),
        "waterlogging_points": sum(p.kind == "waterlogging" for p in places),
        "pumping_stations": sum(p.kind == "pumping_station" for p in places),
        "flooded_m3": round(float(risk.flooded.sum())),
        "people": sum(t.people for t in equipped.fleet.teams),
    }
    return Report(folder, facts, tuple(told))


def _read(path: Path) -> tuple[Inp, str]:
    """The model and the encoding it was read in."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        words = error.strerror or str(error)
        problem = Problem(str(path), f"the file cannot be read: {words}", "give the path of a SWMM .inp file")
        raise BadScenario([problem]) from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text, encoding = raw.decode("utf-16", errors="replace"), "utf-16"
    else:
        text, encoding = next(_decoded(raw))
    try:
        return read_inp("\n".join(text.splitlines()) + "\n"), encoding
    except InpError as error:
        raise _bad(path, error) from None


def _decoded(raw: bytes) -> Iterator[tuple[str, str]]:
    for encoding in ENCODINGS:
        try:
            yield raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue


def _bad(path: Path, error: InpError) -> BadScenario:
    return BadScenario(
        Problem(f"{path.name} line {p.line}" if p.line else path.name, p.what, p.hint) for p in error.problems
    )


def _scenario(
    name: str, title: Name, inp: Inp, segments: Sequence[Segment], places: Sequence[Place]
) -> Scenario:
    """The cloudburst over the model, as its planner calibrated it: without debris."""
    lon, lat = (round(float(np.mean([p[i] for s in segments for p in s.line])), 6) for i in (0, 1))
    return Scenario(
        id=name,
        name=title,
        city=City(
            id=slug(title.en),
            name=title,
            note=Name(zh=SCHEMATIC.zh + GUESSED.zh, en=f"{SCHEMATIC.en} {GUESSED.en}"),
            segments=tuple(segments),
            places=tuple(places),
            offices=(Office(id=OFFICE, name=title, lon=lon, lat=lat),),
            drains=inp.text,
        ),
        fleet=default_fleet(segments, ("water",), places, OFFICE).fleet,
        storm=design_rain(lon),
        command=default_command(("water",)),
        physics=Physics(water=WaterPhysics(clog_start=0.0, clog_per_flow=0.0)),
        hazards=("water",),
        duration=HOURS * 3600.0,
    )


def _risk(scenario: Scenario) -> _Risk:
    """Run the cloudburst once, with nobody at work. Raises InpError where SWMM refuses the model."""
    with SwmmDrainage(under_storm(scenario)) as drains:
        filling = np.zeros(len(drains.nodes))
        for _ in range(0, RISK_HOURS * 3600, 300):
            drains.step(300)
            filling = np.maximum(filling, drains.depth() / np.maximum(drains.full_depth, 0.01))
        return _Risk(drains.flooded(), filling)


def _places(inp: Inp, risk: _Risk, lonlat: np.ndarray, segments: Sequence[Segment]) -> list[Place]:
    """Pumping stations, and the nodes that overflow most (or fill most, where none overflows)."""
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
    can_flood = np.array([node.kind != "outfall" and node.name in road for node in inp.nodes])
    score = np.where(can_flood, risk.flooded + 1e-6 * risk.filling, -1.0)
    most = min(MOST_POINTS, max(1, math.ceil(POINT_SHARE * len(inp.nodes))))
    worst = [int(i) for i in np.argsort(-score, kind="stable")[:most] if score[i] >= 0]
    overflowing = [i for i in worst if risk.flooded[i] > 0] or worst[:1]
    return stations + [
        place(f"point-{inp.nodes[i].name}", f"{inp.nodes[i].name} 积水点",
              f"waterlogging point {inp.nodes[i].name}", "waterlogging", i)
        for i in overflowing
    ]  # fmt: skip


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


def _notes(inp: Inp, encoding: str, why_not: Name | None, places: Sequence[Place], risk: _Risk) -> list[Name]:
    """What was assumed and left out, in sentences."""
    notes = [SCHEMATIC]
    points = sum(p.kind == "waterlogging" for p in places)
    if risk.flooded.sum() > 0:
        notes.append(
            Name(
                zh=f"积水点为设计暴雨下溢流最多的 {points} 个节点（无人处置时共溢流 {risk.flooded.sum():.0f} m3）。",
                en=f"Waterlogging points are the {points} nodes that overflow most in the design cloudburst "
                f"({risk.flooded.sum():.0f} m3 in all when nobody acts).",
            )
        )
    else:
        notes.append(
            Name(
                zh="设计暴雨下没有节点溢流；积水点取充满度最高的节点。",
                en="No node overflows in the design cloudburst; the waterlogging point is the one that fills most.",
            )
        )
    notes.append(
        Name(
            zh="未设杂物堵塞（physics.water 的 clog_start_pct 与 clog_per_flow 为 0），溢流量与 SWMM 单独计算一致。",
            en="Debris is off (clog_start_pct and clog_per_flow of physics.water are 0), so that overflow is what "
            "SWMM alone gives.",
        )
    )
    if not inp.ponding:
        notes.append(
            Name(
                zh="模型不允许积水回流：溢出的水按道路面积估算水深，并沿地面流走。",
                en="The model lets no water pond: what overflows stands on the road, by its area, and runs off "
                "over land.",
            )
        )
    if (routing := inp.options.get("FLOW_ROUTING", "KINWAVE").upper()) != "DYNWAVE":
        notes.append(
            Name(
                zh=f"模型用 {routing} 演算：没有回水，堵塞不起作用。",
                en=f"The model routes by {routing}: there is no backwater, and debris has no effect.",
            )
        )
    if not inp.subcatchments:
        notes.append(
            Name(
                zh="模型没有汇水区：降雨进不了管网，只有它自带的入流。",
                en="The model has no subcatchments: rain has no way in, only its own inflows run.",
            )
        )
    if encoding != "utf-8-sig":
        notes.append(Name(zh=f"文件按 {encoding} 编码读入。", en=f"The file was read as {encoding}."))
    if why_not is not None:
        notes.append(why_not)
    notes += [
        Name(zh=f"未采用外部文件：{line}。", en=f"A file outside the model is left out: {line}.")
        for line in external_files(inp)
    ]
    return notes


def _readme(scenario: Scenario, variants: Sequence[str], told: Sequence[Name]) -> str:
    choices = ", ".join(f"`--variant {c}`" for c in ("no-response", *variants))
    lines = [f"# {scenario.name}", "", f"运行 / run: `stormyard run .`，变体 / variants: {choices}", ""]
    lines += ["## 说明", *(f"- {n.zh}" for n in told), "", "## Notes", *(f"- {n.en}" for n in told)]
    return "\n".join(lines) + "\n"
