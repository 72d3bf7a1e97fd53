"""The exercise room without a terminal: time, orders, injects, undo, saving."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from results.language import Words
from simulation.engine import replay
from simulation.orders import Assign, Breakdown, Call, SetLevel
from stormyard.grammar import SHOWS
from stormyard.news import CONTROLLER
from stormyard.room import PLAYER, Reply, Room
from stormyard.terminal import show
from stormyard.words import LANGUAGES, words
from tests.cities import flood
from tests.stormyard.rooms import NAMES, adviser, begin, resume, tell, to_the_end


def keys(reply: Reply) -> list[str]:
    """What a reply said."""
    return [said.key for said in reply.said]


def stands_at(room: Room) -> int:
    """The second at which the room stands."""
    assert room.situation is not None
    return room.situation.t


def test_go_runs_to_the_next_decision_point(tmp_path: Path) -> None:
    """The orange warning of second 0 leads to level II after ten minutes; then the routine quarter hour."""
    room = begin(tmp_path)
    assert stands_at(room) == 0
    assert tell(room, "go").show == "status"
    assert room.situation is not None
    assert (room.situation.t, room.situation.why, room.situation.level) == (600, "level", "II")


def test_a_loud_event_stops_the_clock_early(tmp_path: Path) -> None:
    """Asked for three hours, the room stops at the inject and says so; asked again, it goes on."""
    room = begin(tmp_path)
    tell(room, "go")
    reply = tell(room, "go 3h")
    assert keys(reply) == ["room.stopped_early"]
    assert stands_at(room) == 5000
    assert [(e.t, e.by, e.action) for e in room.journal.log] == [
        (5000, CONTROLLER, Breakdown("plough/1", 3600))
    ]
    tell(room, "go 3h")
    assert stands_at(room) == 7200
    assert isinstance(room.journal.log[-1].action, Call)
    assert [m.en for m in room.news if m.kind == "call"] == ["a car is stuck"]


def test_an_order_is_on_disk_before_the_player_hears_of_it(tmp_path: Path) -> None:
    """Every accepted or refused order is a line of the journal when ``handle`` returns."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30")
    for line in ("send 1 to job 1", "close H0-0", "assign plough/1 pump H0-0", "level I"):
        before = len(room.journal.log)
        tell(room, line)
        saved = resume_log(tmp_path)
        assert len(saved) == before + 1
        assert saved[-1].by == PLAYER


def resume_log(folder: Path) -> list:
    """The log as it stands on disk."""
    from stormyard.journal import Journal

    return Journal.read(folder).log


def test_a_refused_order_says_why_and_changes_nothing(tmp_path: Path) -> None:
    """The words are those of the language, with the order that was refused."""
    room = begin(tmp_path)
    reply = tell(room, "go 30", "go 30", "assign plough/1 pump X")
    assert keys(reply) == ["refusal.no_ability"]
    assert reply.said[0].bad
    for language, fragment in (("en", "plough/1 cannot pump"), ("zh", "plough/1 不能")):
        assert fragment in drawn(room, reply, words(language))


def test_jobs_are_shared_and_who_got_none_is_told(tmp_path: Path) -> None:
    """Two ploughs share three jobs, and one on a wide road; one on a narrow road leaves one out, without an order
    that is refused."""
    room = begin(tmp_path, injects=[])
    tell(room, "go 30", "go 30", "go 1h")
    reply = tell(room, "send 1-2 to jobs 1-3")
    assert keys(reply) == ["order", "order"]
    assert sorted(len(e.action.targets) for e in room.journal.log if isinstance(e.action, Assign)) == [1, 2]
    tell(room, "undo")
    assert keys(tell(room, "send 1-2 to job 1")) == ["order", "order"]
    tell(room, "undo")
    reply = tell(room, "send 1-2 to job 3")
    assert keys(reply) == ["order", "room.spare"]
    assert "left out, no job was left for them (1): plough/" in drawn(room, reply, words("en"))


def test_a_crew_that_is_on_its_way_says_when_it_is_ready(tmp_path: Path) -> None:
    """Not 'not on duty': it was called out."""
    room = begin(tmp_path, injects=[])
    tell(room, "go")
    reply = tell(room, "assign plough/1 plough H0-0")
    assert keys(reply) == ["refusal.mustering"]
    assert "still mustering: by plan ready at about 15:2" in drawn(room, reply, words("en"))


def test_many_crews_are_counted_by_kind_and_listed_by_page(tmp_path: Path) -> None:
    """Ninety ploughs: one row of their kind; all of them on three pages, each naming the next."""
    room = begin(tmp_path, injects=[], crews=90)
    for language, by_kind, second, last in (
        ("en", "plough", "crews all page 2", "the list has 3 page(s)"),
        ("zh", "推雪", "队伍 all 页 2", "该表共 3 页"),
    ):
        counted = drawn(room, tell(room, "crews"), words(language))
        assert by_kind in counted
        assert "plough/17" not in counted
        page = drawn(room, tell(room, "crews all"), words(language))
        assert "plough/40" in page
        assert "plough/41" not in page
        assert second in page
        assert "plough/90" in drawn(room, tell(room, "crews all page 3"), words(language))
        assert last in drawn(room, tell(room, "crews all page 4"), words(language))
    assert "nothing on this list fits 'pump'" in drawn(room, tell(room, "crews pump"), words("en"))


def test_an_order_shows_in_the_situation_at_once(tmp_path: Path) -> None:
    """After ``send`` the job has a crew on it, and the list puts it last."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30")
    assert room.situation is not None
    before = int(room.situation.jobs.crews.sum())
    tell(room, "send 1 to job 1")
    assert int(room.situation.jobs.crews.sum()) == before + 1


def test_advice_is_shown_and_can_be_followed(tmp_path: Path) -> None:
    """Advice alone orders nothing; applying gives the orders under the adviser's name."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30")
    reply = tell(room, "advice")
    assert keys(reply) == ["room.advice"]
    assert len(room.advised) == 2
    assert room.journal.log == []
    assert keys(tell(room, "advice apply")) == ["room.applied"]
    assert [e.by for e in room.journal.log] == [f"{PLAYER}:first-come"] * 2
    assert keys(tell(room, "advice nobody")) == ["room.no_advice"]


def test_advice_tells_what_each_class_of_road_needs(tmp_path: Path) -> None:
    """Above the orders: roads, treatment, rate, time and reason; it is told even where no order is proposed."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30", "go 1h", "go 1h", "go 1h", "go 1h")
    by_group = {advice.group: advice for advice in room.treatment}
    assert set(by_group) == {"p1", "p4"}
    assert by_group["p1"].treatment == "plough+spread"
    en = " ".join(drawn(room, tell(room, "advice"), words("en")).split())
    zh = "".join(drawn(room, tell(room, "建议 nobody"), words("zh")).split())
    assert en.index("treatment advice") < en.index("class 1") < en.index("orders proposed")
    assert "plough and spread" in en and f"{by_group['p1'].rate * 1000:.0f}" in en
    assert f"{by_group['p1'].snow:.1f} mm of snow" in en
    assert "处置建议" in zh and "推雪并撒布" in zh and "建议下达的命令" not in zh


def test_a_deputy_gives_orders_until_the_player_takes_over(tmp_path: Path) -> None:
    """Its orders are marked as its own; a loud event still stops the clock, and undo takes them back."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30")
    here = stands_at(room)
    reply = tell(room, "go 3h with first-come")
    assert keys(reply) == ["room.by_deputy", "room.stopped_early"]
    assert stands_at(room) == 5000
    given = [e for e in room.journal.log if e.by == f"{PLAYER}:first-come"]
    assert int(reply.said[0].words["count"]) == len(given) > 4
    assert {e.t for e in given} >= {here}
    assert max(e.t for e in given) < 5000
    left = len(given)
    tell(room, "undo")
    assert stands_at(room) == here
    tell(room, "undo")
    assert (stands_at(room), room.journal.log) == (here, [])
    assert room.journal.undone == left + 1


def test_undo_takes_back_this_points_orders_then_this_point(tmp_path: Path) -> None:
    """First the orders given here, then the way here; injects come back by themselves."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30", "send 1 to job 1", "send 2 to job 1")
    here = stands_at(room)
    reply = tell(room, "undo")
    assert (stands_at(room), room.journal.log, reply.said[0].words["count"]) == (here, [], "2")
    tell(room, "send 1 to job 1", "go 3h")
    assert stands_at(room) == 5000
    assert len(room.journal.log) == 2
    reply = tell(room, "undo")
    assert (stands_at(room), reply.said[0].words["count"]) == (here, "0")
    assert [e.by for e in room.journal.log] == [PLAYER]
    tell(room, "go 3h")
    assert stands_at(room) == 5000
    assert [e.by for e in room.journal.log] == [PLAYER, CONTROLLER]
    assert room.journal.undone == 3


def test_undo_at_the_beginning_does_nothing(tmp_path: Path) -> None:
    """There is no point before the first."""
    assert keys(tell(begin(tmp_path), "undo")) == ["room.nothing_to_undo"]


def test_what_follows_an_undo_is_what_would_have_been(tmp_path: Path) -> None:
    """A detour that is undone leaves no trace in the run."""
    straight, detour = begin(tmp_path / "a"), begin(tmp_path / "b")
    tell(straight, "go 30", "go 30", "advice apply")
    tell(detour, "go 30", "go 30", "level I", "close H0-0", "go 2h", "undo", "undo", "advice apply")
    assert detour.journal.undone == 3
    for room in (straight, detour):
        to_the_end(room)
    assert straight.result().digest == detour.result().digest


def test_the_scenario_may_inject_at_second_0(tmp_path: Path) -> None:
    """It is in force when the exercise begins, and it is not put in twice on resume."""
    call = {"t": 0, "kind": "call", "target": "H0-0", "text": {"zh": "喂", "en": "hello"}}
    begin(tmp_path, injects=[call]).close()
    room = resume(tmp_path)
    assert [type(e.action) for e in room.journal.log] == [Call]
    tell(room, "go")
    assert [type(e.action) for e in room.journal.log] == [Call]
    assert [m.en for m in room.messages if m.kind == "call"] == ["hello"]


def test_a_resumed_exercise_stands_where_it_was_left(tmp_path: Path) -> None:
    """Situation, messages and news are the same as before; so is everything that follows."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30", "advice apply", "go 3h", "send 2 to job 1", "level I")
    again = resume(tmp_path)
    left, found = room.situation, again.situation
    assert left is not None
    assert found is not None
    assert (found.t, found.level, found.crews, found.messages) == (
        left.t,
        left.level,
        left.crews,
        left.messages,
    )
    for name in ("snow", "ice", "seen", "closed"):
        assert np.array_equal(getattr(found.reported, name), getattr(left.reported, name))
    assert np.array_equal(found.stock, left.stock)
    assert again.messages == room.messages
    assert again.news == room.news
    for exercise in (room, again):
        tell(exercise, "advice apply")
        to_the_end(exercise)
    assert room.result().digest == again.result().digest


def test_a_finished_exercise_can_be_looked_at_again(tmp_path: Path) -> None:
    """Resuming it gives the same run."""
    room = begin(tmp_path)
    tell(room, "go 30", "go 30", "advice apply")
    to_the_end(room)
    run = room.result()
    assert resume(tmp_path).result().digest == run.digest


def test_a_flood_has_a_result_after_the_room_was_closed(tmp_path: Path) -> None:
    """The drain model is freed when the player leaves; what it computed is kept."""
    room = Room.begin(flood(hours=2), 1, tmp_path, "test", NAMES, adviser)
    to_the_end(room)
    room.close()
    run = room.result()
    assert run.balance["water"] < 0.05
    again = resume(tmp_path)
    again.close()
    assert again.result().digest == run.digest


def test_a_scenario_that_was_changed_under_an_exercise_is_refused(tmp_path: Path) -> None:
    """The save belongs to the storm it was begun with."""
    begin(tmp_path)
    file = tmp_path / "scenario.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Gridtown", "Gotham"), encoding="utf-8")
    with pytest.raises(ValueError, match="not the scenario this exercise was begun with"):
        resume(tmp_path)


WORDS = (
    "go", "go 20", "go 90", "go 60 with first-come", "advice apply", "send 1 to job 1", "send 2 to jobs 1-3",
    "recall 1", "level I", "close H0-0", "open H0-0", "undo", "status", "nonsense",
)  # fmt: skip
LINES = st.lists(st.sampled_from(WORDS), min_size=3, max_size=14)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=LINES, cut=st.integers(0, 14))
def test_whatever_is_played_resumes_and_replays_to_the_same_digest(lines: list[str], cut: int) -> None:
    """Play some lines, be killed, resume, play the rest: the run equals its own log replayed."""
    with tempfile.TemporaryDirectory() as folder:
        room = begin(Path(folder))
        tell(room, *lines[:cut])
        room = resume(Path(folder))
        tell(room, *lines[cut:])
        to_the_end(room)
        run = room.result()
    simulation, situation = replay(room.scenario, room.seed, run.log)
    assert situation is None
    assert simulation.result(PLAYER).digest == run.digest


def test_only_what_was_reported_is_drawn(tmp_path: Path) -> None:
    """Before any report, the board shows no snow although it lies there."""
    room = begin(tmp_path, precipitation=20.0, respond=False, injects=[])
    assert room.situation is not None
    text = drawn(room, Reply(show="status"), words("en"))
    assert "worst reported roads" not in text
    assert "warnings: orange snow warning" in text
    assert (room.situation.reported.seen == -1).all()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hazards", [("snow",), ("water",)])
def test_every_view_can_be_drawn(tmp_path: Path, language: str, hazards: tuple[str, ...]) -> None:
    """Every word that a view needs is there, in both languages."""
    if hazards == ("water",):
        from scenarios.load import load

        flood = load("tiny/flood")
        room = Room.begin(flood, 1, tmp_path, "test", ("nobody",), lambda *_: lambda situation: ())
    else:
        room = begin(tmp_path)
    tell(room, "go 30", "go 90")
    for view in (*SHOWS, "advice"):
        tell(room, "advice")
        text = drawn(room, Reply(show=view), words(language))
        assert text.strip() or view in ("advice", "messages")
    room.close()


def drawn(room: Room, reply: Reply, language: Words) -> str:
    """A reply as a terminal shows it."""
    file = io.StringIO()
    show(room, reply, language, Console(file=file, width=200))
    return file.getvalue()


def test_the_players_own_order_does_not_stop_the_clock(tmp_path: Path) -> None:
    """Declaring a level calls for attention, which the player needs no decision point for."""
    room = begin(tmp_path)
    tell(room, "go 30", "level I")
    here = stands_at(room)
    tell(room, "go")
    assert stands_at(room) > here
    assert any(isinstance(e.action, SetLevel) for e in room.journal.log)
