"""From a district's roads and drains to a scenario that runs: fleet, storms, variants, command, notes, folder."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.importers.drain_model import CLEAN, CLOGGED, RAIN_HOURS, Floods
from scenarios.importers.fleet import default_fleet
from scenarios.importers.flood_notes import flood_notes
from scenarios.importers.folder import require_free, write_scenario
from scenarios.importers.readme import readme
from scenarios.importers.storms import (
    SNOW_MM,
    SNOW_STORM_MM,
    default_command,
    design_rain,
    design_snow,
)
from simulation.model import City, HazardName, Name, Office, Physics, Place, Scenario, Segment, Storm

SNOW_HOURS = 48
GUESSED = Name(
    zh="队伍、场站、物资和暴雨暴雪均为按公开比例估算的初值，不是本区的实际情况（见 README.md）。",
    en="Teams, depots, stocks and storms are first guesses by published ratios, not this district's own (README.md).",
)
HAZARDS: tuple[HazardName, ...] = ("snow", "water")
Variants = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Report:
    """What an import made, for the person who asked for it."""

    folder: Path
    facts: Mapping[str, float]
    """Counts and lengths by name: segments, km, km_left_out.<reason>, places, teams, people ..."""
    notes: tuple[Name, ...]
    """What was left out, assumed and guessed, in sentences; README.md holds them too, with their sources."""
    variants: tuple[str, ...] = ()
    """Names of the variants that were written."""


@dataclass(frozen=True)
class District:
    """What importers find of a city; all else is added by `compose`."""

    segments: tuple[Segment, ...]
    """At least one."""
    places: tuple[Place, ...]
    sources: tuple[Name, ...]
    """Whose data it is and how far to trust it: shown wherever the city is."""
    notes: tuple[Name, ...] = ()
    """What was left out and assumed."""
    facts: Mapping[str, float] = field(default_factory=dict)
    drains: str | None = None
    """Text of the SWMM model."""
    floods: Floods | None = None
    """What the design cloudburst does to it when nobody acts; needed with drains."""
    hazards: tuple[HazardName, ...] = HAZARDS
    """What the district is there for; water needs drains. The first is what the scenario runs by itself."""
    own_rain: tuple[Storm, float] | None = None
    """The rain the drain model was made for, and how many hours its run takes."""


def compose(out_dir: Path | str, name: Name, district: District, lang: str = "zh") -> Report:
    """Write a scenario folder for a district and report what is in it.

    A default fleet, design storms and rules of response are added. Without drains there is the snow hazard alone;
    with them a cloudburst runs the water, over inlets as clean as the model has them, and the variant
    ``clogged-inlets`` over blocked ones. ``lang`` (zh or en) is the language of the folder's guide. Raises
    BadScenario where the folder is taken.
    """
    require_free(out_dir)
    segments, places = district.segments, district.places
    hazards = tuple(h for h in district.hazards if h == "snow" or district.drains is not None)
    offices = _offices(name, segments)
    equipped = default_fleet(segments, hazards, places, offices[0].id if offices else "")
    fleet = equipped.fleet
    longitude = segments[0].line[0][0]
    snows = [design_snow(mm, longitude) for mm in (SNOW_MM, SNOW_STORM_MM)] if "snow" in hazards else []
    rains = [design_rain(longitude)] if "water" in hazards else []
    first = (*snows, *rains)[0]
    scenario = Scenario(
        id=Path(out_dir).resolve().name,
        name=name,
        city=City(
            id=slug(name.en),
            name=name,
            note=_joined([*map(as_sentence, district.sources), GUESSED]),
            segments=segments,
            places=places,
            offices=offices,
            drains=district.drains,
        ),
        fleet=fleet,
        storm=first,
        command=default_command(hazards),
        physics=Physics(water=CLEAN) if rains else Physics(),
        hazards=hazards[:1],
        duration=(SNOW_HOURS if snows else RAIN_HOURS) * 3600.0,
    )
    variants = dict(_variants(name, snows, rains, district.own_rain))
    flood = flood_notes(district.floods, segments, scenario) if district.floods is not None else ()
    told = tuple(map(as_sentence, (*district.sources, *district.notes, *flood, *equipped.why)))
    own = [district.own_rain[0]] if district.own_rain is not None else []
    folder = write_scenario(
        out_dir,
        scenario,
        [*snows, *rains, *own],
        variants,
        readme(scenario, variants, told, [as_sentence(source) for source in equipped.sources], lang),
        lang,
    )
    counts = {
        "segments": len(segments),
        "km": round(sum(s.length for s in segments) / 1000, 2),
        "places": len(places),
        "depots": len(fleet.depots),
        "machines": sum(e.count for e in fleet.equipment),
        "people": sum(t.people for t in fleet.teams),
    }
    return Report(folder, {**counts, **district.facts}, told, tuple(variants))


def _variants(
    name: Name, snows: Sequence[Storm], rains: Sequence[Storm], own_rain: tuple[Storm, float] | None
) -> Iterator[tuple[str, dict[str, object]]]:
    """Variants beside the first storm, each with what a page is headed by."""

    def titled(zh: str, en: str) -> dict[str, object]:
        return {"name": {"zh": f"{name.zh}，{zh}", "en": f"{name.en}, {en}"}}

    for storm in snows[1:]:
        yield "snowstorm", {**titled("暴雪", "snowstorm"), "storm": storm.id}
    for storm in rains:
        wet = {"storm": storm.id, "hazards": ["water"], "hours": RAIN_HOURS} if snows else {}
        if snows:
            yield "cloudburst", {**titled("暴雨", "cloudburst"), **wet}
        words = titled("暴雨，雨水口堵塞", "cloudburst, inlets clogged")
        yield "clogged-inlets", {**words, **wet, **CLOGGED}
    if own_rain is not None:
        storm, hours = own_rain
        yield (
            "own-rain",
            {**titled("模型自带降雨", "the model's own rain"), "storm": storm.id, "hours": hours},
        )


def slug(text: str) -> str:
    """A word that is safe as an id and a folder's name; ``district`` where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "district"


def as_name(name: Name | str | None, path: Path) -> Name:
    """The name given, or one made of the file's, such as Liechtenstein of ``liechtenstein-latest.osm.pbf``."""
    if isinstance(name, Name):
        return name
    file = path.name.partition(".")[0].removesuffix("-latest").replace("_", " ").strip() or "district"
    text = (name or "").strip() or file[0].upper() + file[1:]
    return Name(zh=text, en=text)


def as_sentence(words: Name) -> Name:
    """Words with a capital and a full stop."""
    zh, en = words.zh.rstrip("。"), words.en.rstrip(".")
    return Name(zh=f"{zh}。", en=f"{en[0].upper()}{en[1:]}.")


def _offices(name: Name, segments: Sequence[Segment]) -> tuple[Office, ...]:
    """The offices that the segments name, each in the middle of its roads; one alone has the district's name."""
    roads: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for segment in segments:
        if segment.office:
            roads[segment.office] += segment.line
    offices = []
    for office, points in roads.items():
        lons, lats = zip(*points, strict=True)
        lon, lat = round((min(lons) + max(lons)) / 2, 6), round((min(lats) + max(lats)) / 2, 6)
        title = name if len(roads) == 1 else Name(zh=office, en=office)
        offices.append(Office(id=office, name=title, lon=lon, lat=lat))
    return tuple(offices)


def _joined(names: Sequence[Name]) -> Name:
    return Name(zh="".join(n.zh for n in names), en=" ".join(n.en for n in names))
