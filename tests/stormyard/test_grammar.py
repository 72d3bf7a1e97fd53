"""What players type, in both languages, and what they are told when it makes no sense."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulation.orders import Assign, Close, Open, Recall, SetLevel, Transfer
from simulation.situation import Jobs
from stormyard.completion import choices
from stormyard.dealing import Dealt, job_order
from stormyard.grammar import Advice, BadLine, Go, Quit, Request, Save, Show, Undo, parse
from stormyard.lexicon import WORDS
from stormyard.room import Room
from tests.stormyard.rooms import NAMES, begin, tell


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Gridtown 83 minutes into the snow: crews on duty, jobs on the list."""
    room = begin(tmp_path_factory.mktemp("room"))
    tell(room, "go 30", "go 30", "go 1h")
    return room


def read(room: Room, line: str) -> Request:
    """A line at the place where the room stands."""
    assert room.situation is not None
    return parse(line, room.scenario, room.situation, NAMES)


def sent(room: Room, line: str) -> Dealt:
    """The same, for jobs that are dealt to crews."""
    dealt = read(room, line)
    assert isinstance(dealt, Dealt)
    return dealt


ASSIGN = (Assign("plough/1", ("plough", "spread"), ("H0-0", "H1-0")),)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("assign plough/1 plough,spread H0-0 H1-0", ASSIGN),
        ("派 plough/1 plough，spread H0-0 H1-0", ASSIGN),
        ("ASSIGN 1 plough,spread H0-0,H1-0", ASSIGN),
        ("assign 1 spread H0-0 rate 20", (Assign("plough/1", ("spread",), ("H0-0",), 0.02),)),
        ("recall 1-2", (Recall("plough/1"), Recall("plough/2"))),
        ("召回 plough/2", (Recall("plough/2"),)),
        ("close H0-0 H1-0", (Close(("H0-0", "H1-0")),)),
        ("open H0-0,H1-0", (Open(("H0-0", "H1-0")),)),
        ("level ii", (SetLevel("II"),)),
        ("响应 无", (SetLevel("none"),)),
        ("transfer salt 20t yard yard", (Transfer("salt", "yard", "yard", 20_000.0),)),
        ("advice", Advice()),
        ("advice first-come apply", Advice("first-come", True)),
        ("建议 采纳", Advice("", True)),
        ("go", Go()),
        ("go with nobody", Go(None, "nobody")),
        ("undo", Undo()),
        ("save", Save()),
        ("exit", Quit()),
        ("recall idle", (Recall("plough/2"),)),
        ("召回 空闲", (Recall("plough/2"),)),
        ("recall day", (Recall("plough/1"), Recall("plough/2"))),
        ("recall plough", (Recall("plough/1"), Recall("plough/2"))),
        ("派 1 推雪，撒布 H0-0、H1-0", ASSIGN),
        ("响应二级", (SetLevel("II"),)),
        ("jobs salt yard", Show("jobs", "salt yard")),
        ("crews plough page 2", Show("crews", "plough", 2)),
        ("队伍 推雪 第2页", Show("crews", "推雪", 2)),
        ("?", Show("help")),
    ],
)
def test_a_line_means(room: Room, line: str, meaning: Request) -> None:
    """Orders come out as orders, the rest as requests."""
    assert read(room, line) == meaning


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("go 30", 1800), ("go 30 min", 1800), ("go 1.5h", 5400), ("前进 2 小时", 7200), ("go 10分", 600)],
)
def test_the_clock_runs_for_a_time(room: Room, line: str, seconds: int) -> None:
    """Minutes unless hours are said."""
    assert room.situation is not None
    assert read(room, line) == Go(room.situation.t + seconds)


def test_a_deputy_gives_the_orders_on_the_way(room: Room) -> None:
    """Said at the end of the line, for a time or to a time."""
    assert room.situation is not None
    assert read(room, "go 30 with first-come") == Go(room.situation.t + 1800, "first-come")
    assert read(room, "前进 1小时 由 nobody") == Go(room.situation.t + 3600, "nobody")
    assert read(room, "until 17:00 with first-come") == Go(2 * 3600, "first-come")
    with pytest.raises(BadLine, match="no_such_dispatcher"):
        read(room, "go 30 with oracle")


def test_the_clock_runs_to_a_time_of_day(room: Room) -> None:
    """The storm starts at 15:00; a time that has passed today is tomorrow's."""
    assert room.situation is not None
    assert room.situation.t == 5000  # the breakdown stopped the hour short
    assert read(room, "until 17:00") == Go(2 * 3600)
    for line in (
        "go until 17:00",
        "go to 17:00",
        "go 17:00",
        "前进到17:00",
        "前进 到 17：00",
        "go until 01-31 17:00",
    ):
        assert read(room, line) == Go(2 * 3600), line
    assert read(room, "go until 17:00 with first-come") == Go(2 * 3600, "first-come")
    assert read(room, "go until 02-02 03:00") == Go(36 * 3600)
    assert read(room, "到 16：50") == Go(110 * 60)
    assert read(room, "until 15:30") == Go(24 * 3600 + 1800)


def test_jobs_are_sent_by_their_numbers(room: Room) -> None:
    """The numbers are those of the list, and a crew gets what it can do of the pass."""
    assert room.situation is not None
    jobs = room.situation.jobs
    first, second = job_order(jobs)[:2]
    (order,) = sent(room, "send 2 to job 1,2").orders
    assert order.crew == "plough/2"
    assert order.targets == (jobs.target[first], jobs.target[second])
    assert set(order.verbs) <= set(jobs.verbs[first])
    assert sent(room, "调 2 任务 1-2").orders == (order,)
    (every,) = sent(room, "send 2 to jobs 1-99").orders
    assert len(every.targets) == len(jobs)


def test_targets_are_shared_among_several_crews(room: Room) -> None:
    """Named one by one as well as by the numbers of the list; one that is broken down is left out."""
    dealt = sent(room, "assign 1-2 plough H0-0 H1-0")
    assert [(order.crew, order.targets) for order in dealt.orders] == [("plough/2", ("H0-0", "H1-0"))]
    assert dealt.unable == ("plough/1",)


def test_jobs_that_nobody_is_on_come_first() -> None:
    """Then the most urgent; equals in the order of the list."""
    jobs = Jobs(
        verbs=(("plough",),) * 4, target=("a", "b", "c", "d"), place=np.zeros(4, int), segment=np.arange(4),
        weight=np.array([1.0, 9.0, 5.0, 5.0]), need=np.ones(4), rate=np.zeros(4),
        crews=np.array([0, 1, 0, 0]), reason=("snow_on_road",) * 4,
    )  # fmt: skip
    assert job_order(jobs) == [2, 3, 0, 1]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("asign plough/1 plough H0-0", "unknown_word_near"),
        ("xyzzy", "unknown_word"),
        ("assign plough/1 plough", "usage"),
        ("assign plough/1 plow H0-0", "no_such_verb"),
        ("assign 9 plough H0-0", "no_such_crew"),
        ("assign 1 spread H0-0 rate none", "no_number"),
        ("send 1 to job 99", "no_such_job"),
        ("send 1 to job x", "no_such_job"),
        ("send 1", "usage"),
        ("send to job 1", "usage"),
        ("recall", "usage"),
        ("recall 2-1", "no_such_crew"),
        ("close", "usage"),
        ("level", "usage"),
        ("transfer salt yard other", "usage"),
        ("transfer salt -1 yard other", "no_number"),
        ("transfer salt nan yard other", "no_number"),
        ("advice oracle", "no_such_dispatcher"),
        ("go back", "usage"),
        ("go 0", "usage"),
        ("until 25:00", "usage"),
        ("until noon", "usage"),
        ("go until noon", "usage"),
        ("go tomorrow", "usage"),
        ("assign plough/3 plough H0-0", "unknown_name_near"),
        ("assign zzz plough H0-0", "unknown_name"),
        ("assign 1 plough H0-9", "unknown_name_near"),
        ("close H9", "unknown_name"),
        ("close Road0", "whole_road"),
        ("transfer sault 1 yard yard", "unknown_name_near"),
        ("transfer salt 1 yard moon", "unknown_name"),
        ("crews page two", "no_number"),
    ],
)
def test_a_line_that_makes_no_sense_is_explained(room: Room, line: str, key: str) -> None:
    """The reason names what was wrong; nothing is done."""
    with pytest.raises(BadLine) as bad:
        read(room, line)
    assert bad.value.key == key


def test_a_near_miss_is_pointed_out(room: Room) -> None:
    """A misspelt command names the one that was meant."""
    with pytest.raises(BadLine) as bad:
        read(room, "asign plough/1 plough H0-0")
    assert bad.value.words == {"word": "asign", "hint": "assign", "usage": "assign"}


def test_a_name_that_is_nearly_right_is_pointed_out(room: Room) -> None:
    """The nearest id, and the usage of the nearest command."""
    with pytest.raises(BadLine) as bad:
        read(room, "assign 1 plough H0-9")
    assert bad.value.words["hint"].startswith("H0-")
    with pytest.raises(BadLine) as bad:
        read(room, "assign 1 plow H0-0")
    assert bad.value.words == {"word": "plow", "verbs": "plough"}


def test_places_stand_for_the_segments_they_lie_on(tmp_path: Path) -> None:
    """An underpass is closed by its name on the list of places."""
    underpass = {
        "id": "u1", "name": {"zh": "隧道", "en": "Underpass"}, "kind": "underpass", "lon": 113.66, "lat": 34.78,
        "segment": "V1-0",
    }  # fmt: skip
    room = begin(tmp_path, city__places=[underpass])
    for line in ("close u1 H0-0", "封闭 隧道 H0-0", "close underpass H0-0"):
        assert read(room, line) == (Close(("V1-0", "H0-0")),)


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ([], "assign"),
        (["assign"], "plough/2"),
        (["assign", "plough/1"], "spread"),
        (["assign", "plough/1", "plough"], "H0-0"),
        (["send", "1", "to"], "job"),
        (["recall"], "plough/1"),
        (["close"], "V1-1"),
        (["level"], "III"),
        (["transfer"], "salt"),
        (["transfer", "salt", "5"], "yard"),
        (["advice"], "first-come"),
        (["advice", "first-come"], "apply"),
        (["send", "1", "to", "jobs"], "1-6"),
        (["send"], "idle"),
        (["go"], "until"),
        (["go", "until"], "17:00"),
        (["until"], "17:00"),
        (["go", "2h"], "with"),
        (["go", "2h", "with"], "nobody"),
        (["crews"], "idle"),
    ],
)
def test_completion_offers_what_may_come_next(room: Room, before: list[str], offered: str) -> None:
    """Words, crews, verbs, targets, depots: by place on the line."""
    assert offered in list(choices(before, room, "en"))


def test_completion_speaks_the_players_language(room: Room) -> None:
    """Chinese players are offered Chinese words."""
    offered = list(choices([], room, "zh"))
    assert "派" in offered
    for before, word in ((["前进"], "到"), (["前进", "2小时"], "由"), (["调"], "任务"), (["响应"], "无")):
        assert word in list(choices(before, room, "zh"))
    assert len(offered) == len(WORDS)
