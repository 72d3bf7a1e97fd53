"""From a district's roads and drains to a scenario that runs: fleet, storms, command, notes, folder."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.importers.fleet import default_fleet
from scenarios.importers.folder import require_free, write_scenario
from scenarios.importers.storms import (
    SNOW_MM,
    SNOW_STORM_MM,
    default_command,
    design_rain,
    design_snow,
)
from simulation.model import City, HazardName, Name, Office, Place, Scenario, Segment

SNOW_HOURS, RAIN_HOURS = 48, 6
"""Length of the runs: the rain starts after 1 h and lasts 2 h."""
GUESSED = Name(
    zh="队伍、场站、物资和暴雨暴雪均为按公开比例估算的初值，不是本区的实际情况（见 README.md）。",
    en="Teams, depots, stocks and storms are first guesses by published ratios, not this district's own (README.md).",
)


@dataclass(frozen=True)
class Report:
    """What an import made, for the person who asked for it."""

    folder: Path
    facts: Mapping[str, float]
    """Counts and lengths by name: segments, km, km_left_out.<reason>, places, teams, people ..."""
    notes: tuple[Name, ...]
    """What was left out, assumed and guessed, in sentences; README.md holds them too."""


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


def compose(out_dir: Path | str, name: Name, district: District) -> Report:
    """Write a scenario folder for a district and report what is in it.

    A default fleet, design storms and rules of response are added. Without drains there is the snow hazard alone;
    with them the variant ``cloudburst`` runs the water. Raises BadScenario where the folder is taken.
    """
    require_free(out_dir)
    segments, places, drains = district.segments, district.places, district.drains
    hazards: tuple[HazardName, ...] = ("snow", "water") if drains is not None else ("snow",)
    offices = _offices(name, segments)
    equipped = default_fleet(segments, hazards, places, offices[0].id if offices else "")
    fleet = equipped.fleet
    longitude = segments[0].line[0][0]
    heavy, storm = (design_snow(amount, longitude) for amount in (SNOW_MM, SNOW_STORM_MM))
    rains = (design_rain(longitude),) if drains is not None else ()
    scenario = Scenario(
        id=Path(out_dir).resolve().name,
        name=name,
        city=City(
            id=slug(name.en),
            name=name,
            note=_joined([*district.sources, GUESSED]),
            segments=segments,
            places=places,
            offices=offices,
            drains=drains,
        ),
        fleet=fleet,
        storm=heavy,
        command=default_command(hazards),
        hazards=("snow",),
        duration=SNOW_HOURS * 3600.0,
    )
    variants: dict[str, dict[str, object]] = {"snowstorm": {"storm": storm.id}}
    if rains:
        variants["cloudburst"] = {"storm": rains[0].id, "hazards": ["water"], "hours": RAIN_HOURS}
    told = (*district.sources, *district.notes, *equipped.why)
    folder = write_scenario(out_dir, scenario, (storm, *rains), variants, _readme(scenario, variants, told))
    counts = {
        "segments": len(segments),
        "km": round(sum(s.length for s in segments) / 1000, 2),
        "places": len(places),
        "depots": len(fleet.depots),
        "machines": sum(e.count for e in fleet.equipment),
        "people": sum(t.people for t in fleet.teams),
    }
    return Report(folder, {**counts, **district.facts}, told)


def slug(text: str) -> str:
    """A word that is safe as an id and a folder's name; ``district`` where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "district"


def as_name(name: Name | str | None, path: Path) -> Name:
    """The name given, or one made of the file's."""
    if isinstance(name, Name):
        return name
    text = (name or "").strip() or path.name.partition(".")[0].replace("_", " ") or "district"
    return Name(zh=text, en=text)


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


def _readme(scenario: Scenario, variants: Mapping[str, object], told: Sequence[Name]) -> str:
    choices = ["no-response", *variants]
    lines = [
        f"# {scenario.name}",
        "",
        f"运行 / run: `stormyard run .`，变体 / variants: {', '.join(f'`--variant {c}`' for c in choices)}",
        "",
        "## 说明",
        *(f"- {n.zh}" for n in told),
        "",
        "## Notes",
        *(f"- {n.en}" for n in told),
    ]
    return "\n".join(lines) + "\n"
