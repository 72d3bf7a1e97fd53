"""What stands at the head of a page about runs."""

from __future__ import annotations

from importlib.metadata import version

from results.differences import asked, joined
from results.language import Both, both
from results.names import dispatcher_name
from simulation.record import Run


def subtitle(run: Run) -> Both:
    """City, storm and its first hour."""
    start = run.scenario.storm.start.strftime("%Y-%m-%d %H:%M")
    return both("page.subtitle", city=run.scenario.city.name, storm=run.scenario.storm.name, start=start)


def asked_for(run: Run) -> Both:
    """Variant, overrides and branch; empty for a scenario as it stands."""
    return joined(asked(run))


def notes(run: Run) -> list[Both]:
    """What a reader must know before anything else."""
    idle = [] if run.scenario.respond else [both("text.no_response")]
    return notes_of_storm(run) + idle


def notes_of_storm(run: Run) -> list[Both]:
    """What city and storm say of themselves, such as that they are a schematic reconstruction."""
    return [Both.of(n) for n in (run.scenario.city.note, run.scenario.storm.note) if n is not None]


def facts(run: Run) -> list[tuple[Both, Both]]:
    """What the run was, for the head of the page."""
    crews = run.fields.sizes["crew"]
    kilometres = sum(s.length for s in run.scenario.city.segments) / 1000
    return [
        (both("fact.duration"), both("duration.h", n=f"{run.scenario.duration / 3600:g}")),
        (both("fact.dispatcher"), dispatcher_name(run.dispatcher or run.scenario.dispatcher)),
        (both("fact.seed"), Both.same(run.seed)),
        (
            both("fact.roads"),
            both("fact.roads_of", segments=f"{len(run.scenario.city.segments):,}", km=f"{kilometres:,.0f}"),
        ),
        (both("fact.crews"), both("fact.crews_of", n=crews, teams=len(run.scenario.fleet.teams))),
        (both("fact.version"), Both.same(f"Stormyard {version('stormyard')}")),
    ]
