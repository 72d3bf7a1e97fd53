"""What reaches the command post by itself, and nothing that nobody would call in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation.record import Event
from simulation.situation import Situation
from stormyard.news import Ear, News, merged
from stormyard.room import Reply, Room
from stormyard.sentences import Speaker
from stormyard.words import words
from tests.cities import flood
from tests.stormyard.rooms import adviser, begin, tell
from tests.stormyard.test_room import drawn

BRIDGE = {"zh": "桥面结冰", "en": "ice on the bridge"}


def told(room: Room, language: str = "en") -> list[str]:
    """The messages since the last stop, in words."""
    speaker = Speaker(room.scenario, words(language))
    return [speaker.message(message) for message in merged(room.news)]


@pytest.mark.parametrize(
    ("inject", "en", "zh"),
    [
        ({"kind": "breakdown", "target": "plough/1", "value": 2.0},
         "plough/1 has broken down, back at about 01-31 19:00",
         "plough/1 发生故障，约 01-31 19:00 恢复"),
        ({"kind": "breakdown", "target": "plough/1", "value": 2.0, "text": {"zh": "液压故障", "en": "hydraulic fault"}},
         "hydraulic fault: plough/1 is out until about 01-31 19:00", "液压故障：plough/1 停用至约 01-31 19:00"),
        ({"kind": "no_show", "target": "day", "value": 0.5}, "50% of the crews of day", "50% 的机组未到岗"),
        ({"kind": "report_loss", "target": "centre", "value": 1.0}, "no reports come in from centre (Centre)",
         "centre（中心街道） 无上报"),
        ({"kind": "closure", "target": "H0-0", "value": 1.0, "text": {"zh": "树倒", "en": "a tree fell"}},
         "a tree fell (H0-0",
         "树倒（H0-0"),
        ({"kind": "call", "target": "H0-0", "text": BRIDGE}, "call: ice on the bridge [H0-0", "来电：桥面结冰［H0-0"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_an_inject_stops_the_clock_and_is_told(
    tmp_path: Path, inject: dict[str, Any], en: str, zh: str
) -> None:
    """In its own words where it has some, and in the headline; a breakdown is not told twice."""
    room = begin(tmp_path, injects=[{"t": 7200, **inject}])
    tell(room, "go 30", "go 30")
    reply = tell(room, "go 6h")
    assert room.situation is not None
    assert room.situation.t == 7200
    for language, said in (("en", en), ("zh", zh)):
        assert [line for line in told(room, language) if said in line], told(room, language)
        headline = drawn(room, reply, words(language)).splitlines()[1]
        assert said[:20] in headline
    assert sum("plough/1" in line and "out until" in line for line in told(room)) <= 1
    assert "something happened" not in drawn(room, Reply(show="status"), words("en"))


def test_a_surge_that_nobody_speaks_of_is_not_told(tmp_path: Path) -> None:
    """It shows in the reports when they come; with words it is told."""
    quiet = {"t": 3600, "kind": "surge", "target": "LOW", "value": 0.2, "duration": 600}
    for name, inject, count in (("a", quiet, 0), ("b", {**quiet, "text": BRIDGE}, 1)):
        scenario = flood(injects=[inject])
        room = Room.begin(scenario, 1, tmp_path / name, "test", ("nobody",), adviser)
        for _ in range(3):
            tell(room, "go 40")
        surges = [m for m in room.messages if isinstance(m, News) and m.kind == "surge_said"]
        assert len(surges) == count
        room.close()


def test_crews_say_what_becomes_of_them(tmp_path: Path) -> None:
    """Ready, relieved, repaired: together; breakdowns and work given up, one by one; arrivals are not news."""
    room = begin(tmp_path, injects=[])
    assert room.situation is not None
    ear = Ear(room.scenario)
    events = [
        Event(60, "muster", "a/1"), Event(90, "muster", "a/2"), Event(95, "arrive", "a/1", "H0-0"),
        Event(100, "breakdown", "a/1", "", "", 3600.0), Event(110, "blocked", "a/2", "H0-0", "plough"),
        Event(120, "stockout", "a/2", "yard", "salt"), Event(130, "refill", "", "yard", "salt", 5000.0),
        Event(135, "refill", "a/2", "yard", "salt", 5000.0), Event(140, "pass", "a/2", "H0-0"),
    ]  # fmt: skip
    news = ear.listen(events, [], room.situation)
    assert [n.kind for n in news] == [
        "crews_ready", "crew_broken", "crew_blocked", "depot_empty", "transfer_arrived",
    ]  # fmt: skip
    assert news[0].words["crews"] == ("a/1", "a/2")
    assert ear.listen(events, [], room.situation) == []


def wet(situation: Situation, depth: float, closed: bool = False) -> Situation:
    """The same with this depth reported at every drain node, and every road closed or open."""
    reported = replace(
        situation.reported,
        node_depth=np.full_like(situation.reported.node_depth, depth),
        closed=np.full_like(situation.reported.closed, closed),
    )
    return replace(situation, reported=reported)


def test_water_is_news_when_it_is_reported_over_a_limit(tmp_path: Path) -> None:
    """Once a limit, and again when it falls; loud only at an underpass that is still open."""
    place = {"id": "u1", "name": {"zh": "隧道", "en": "Tunnel"}, "kind": "underpass", "lon": 113.66, "lat": 34.78,
             "segment": "H1-0", "drain_node": "LOW"}  # fmt: skip
    scenario = flood(city__places=[place])
    room = Room.begin(scenario, 1, tmp_path, "test", ("nobody",), adviser)
    assert room.situation is not None
    ear, quiet = Ear(scenario), room.situation

    def kinds(depth: float, closed: bool = False) -> list[tuple[str, bool]]:
        return [(n.kind, n.loud) for n in ear.listen([], [], wet(quiet, depth, closed))]

    assert kinds(0.10) == []
    assert kinds(0.16) == [("underpass_open", True)]
    assert kinds(0.20) == []
    assert kinds(0.30, closed=True) == [("over_closing", False)]
    assert kinds(0.12) == []
    assert kinds(0.05) == [("below_limit", False)]
    room.close()


def test_the_first_report_of_snow_is_news(tmp_path: Path) -> None:
    """Once, with the road; not before somebody has seen it."""
    room = begin(tmp_path, precipitation=6.0, injects=[])
    assert room.situation is not None
    assert (room.situation.reported.seen == -1).all()
    tell(room, "go 2h", "go 2h")
    first = [m for m in room.messages if isinstance(m, News) and m.kind == "first_snow"]
    assert len(first) == 1
    assert first[0].t > 0


def test_messages_that_say_the_same_are_told_together() -> None:
    """Crews that come one after the other, and roads that are closed; another kind stays apart."""
    one, two = (
        News(1, "crews_ready", {"crews": ("a",), "count": 1}),
        News(9, "crews_ready", {"crews": ("b",), "count": 1}),
    )
    shut = News(5, "road_closed", {"segments": ("s",), "count": 1})
    together = merged([one, shut, two])
    assert [(m.t, m.kind) for m in together] == [(5, "road_closed"), (9, "crews_ready")]
    assert isinstance(together[1], News)
    assert together[1].words == {"crews": ("a", "b"), "count": 2}
