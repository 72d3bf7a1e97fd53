"""What the ids of a scenario are called, and which id a typed name means."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from simulation.model import Kind, Name, Scenario, Team
from simulation.teams import roster


class Nouns:
    """The names of one scenario's crews, segments, places, depots and materials."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        city, fleet = scenario.city, scenario.fleet
        self.places = {p.id: p for p in city.places}
        self._names: dict[str, dict[str, Name]] = {
            "segment": {s.id: s.road for s in city.segments},
            "place": {p.id: p.name for p in city.places},
            "office": {o.id: o.name for o in city.offices},
            "depot": {d.id: d.name for d in fleet.depots},
            "material": {m.id: m.name for m in fleet.materials},
            "team": {t.id: t.name for t in fleet.teams},
            "kind": {k.id: k.name for k in fleet.kinds},
        }

    def name(self, noun: str, id: str) -> Name | None:
        """The name of a noun; a segment has that of its road, a node that of the place above it."""
        if noun == "node":
            above = next((p for p in self.places.values() if p.drain_node == id), None)
            return above.name if above else None
        return self._names.get(noun, {}).get(id)

    def any_name(self, id: str) -> Name | None:
        """The name of whatever has this id as a target of work; None where nothing has."""
        return next((n for noun in ("segment", "place", "node") if (n := self.name(noun, id))), None)

    def ids(self, noun: str) -> Mapping[str, Name]:
        """Every id of a noun and its name."""
        return self._names[noun]

    def find(self, noun: str, word: str) -> str | None:
        """The id that a word means: the id itself, or a name in either language if only one noun has it."""
        known = self._names[noun]
        if word in known:
            return word
        meant = [i for i, name in known.items() if plain(word) in (plain(i), *map(plain, _both(name)))]
        return meant[0] if len(meant) == 1 else None

    def spellings(self, noun: str) -> list[str]:
        """Ids and names as they can be typed, for hints."""
        known = self._names[noun]
        return [*known, *(n.zh for n in known.values()), *(n.en.replace(" ", "-") for n in known.values())]

    @cached_property
    def crews(self) -> dict[str, tuple[str, Kind, Team]]:
        """Crew id to (equipment row, kind, team)."""
        return {id: (row.id, kind, team) for id, row, kind, team in roster(self._scenario.fleet)}

    def crews_of(self, word: str) -> list[str]:
        """The crews of an equipment row, team or kind, by its id or name."""
        wanted = plain(word)
        return [
            id
            for id, (row, kind, team) in self.crews.items()
            if wanted in map(plain, (row, kind.id, team.id, *_both(kind.name), *_both(team.name)))
        ]

    def segments_of_road(self, word: str) -> list[str]:
        """The segments of a road, by its name in either language."""
        return [i for i, road in self._names["segment"].items() if plain(word) in map(plain, _both(road))]


def plain(text: str) -> str:
    """A name as it is compared: small letters, without spaces and hyphens."""
    return text.lower().replace(" ", "").replace("-", "").replace("_", "")


def _both(name: Name) -> tuple[str, str]:
    return name.zh, name.en
