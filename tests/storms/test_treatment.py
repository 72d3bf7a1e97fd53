"""Treatment advice over a whole storm: from before the first flake to the end, in figures and in words."""

import pytest

from results.content import Figure, Table
from results.report import document
from results.treatment import because, concerned, treatment, window
from simulation.engine import replay, run
from simulation.hazards.treatment import Advice
from simulation.record import Run
from tests import cities
from tests.stormyard.rooms import adviser

MAINE = ((-6.7, 23.1, 34.7), (-2.2, 15.4, 27.0), (0.0, 7.7, 19.3), (99.0, 0.0, 11.6))
"""degC down to which, and the g/m2 between which, Maine spreads: bands of its first and later passes joined."""


def storm() -> Run:
    """Snow from hour 2 to 9 that grows bitterly cold; two crews, called out late, do every job in turn."""
    hours = range(0, 36)
    weather = [
        {
            "t": 3600.0 * h, "precipitation": 1.2 / 3600 if 2 <= h < 9 else 0.0,
            "air": -3.0 if h < 5 else -15.0 if h < 16 else -5.0, "humidity": 0.85, "wind": 3.0, "cloud": 1.0,
        }
        for h in hours
    ]  # fmt: skip
    roads = cities.segments()
    next(r for r in roads if r["id"] == "V0-0")["structure"] = "bridge"
    scenario = cities.scenario(
        hours=36, storm__weather=weather, roads=roads, crews=2, salt=60_000.0,
        command__rules=[{"hazard": "snow", "colour": "orange", "level": "II", "delay": 3.5 * 3600}],
        storm__forecast={"timing_error": 0.0, "amount_error": 0.0},
    )  # fmt: skip
    return run(scenario, 1, adviser("first-come", scenario, 1))


@pytest.fixture(scope="module")
def played() -> Run:
    """The storm above."""
    return storm()


def of(run: Run, group: str) -> list[tuple[float, Advice]]:
    """Hours and advice of a group."""
    return [(e.t / 3600, Advice.of_event(e)) for e in run.events if e.kind == "advice" and e.target == group]


STEPS = (
    ("none", "snow_ahead"), ("none", "under_trigger"), ("spread", "bonding"), ("plough+spread", "snow_on_road"),
    ("plough", "too_cold"), ("spread", "hardpack"), ("spread", "ice_to_melt"), ("none", "nothing_expected"),
)  # fmt: skip
"""What main roads go through, in this order."""


def test_a_storm_is_advised_from_before_its_first_flake_to_its_end(played: Run) -> None:
    """Decks beforehand; then keep it from bonding, plough and spread, plough only in the cold, clear, nothing."""
    deck, main = of(played, "bridges"), of(played, "p1")
    assert (deck[0][1].reason, deck[0][1].window) == ("pretreat", "before")
    left = iter((a.treatment, a.reason) for _, a in main)
    assert [step for step in STEPS if step not in left] == []
    cold = [a for _, a in main if (a.treatment, a.reason) == ("plough", "too_cold")]
    assert all(a.rate == 0.0 and a.road < a.floor for a in cold)
    clearing = [h for h, a in main if a.reason in ("hardpack", "ice_to_melt")]
    assert min(clearing) >= 9
    assert main[-1][1].treatment == "none"


def test_rates_lie_in_the_bands_of_practice(played: Run) -> None:
    """Between the least and the most that Maine spreads at the road's temperature."""
    salted = [a for g in ("bridges", "p1", "p4") for _, a in of(played, g) if a.rate]
    assert len(salted) > 5
    for advice in salted:
        low, high = next((low, high) for to, low, high in MAINE if advice.road <= to)
        assert low - 0.5 <= 1000 * advice.rate <= high + 0.5, advice


def test_the_advice_reads_in_both_languages(played: Run) -> None:
    """With its figures."""
    start = played.scenario.storm.start
    deck, main = of(played, "bridges")[0][1], of(played, "p1")
    assert treatment(deck) == ("撒布", "spread")
    assert concerned(deck) == ("桥梁", "bridges")
    assert window(deck, start) == ("降雪前，约 17:00", "before the snow, about 17:00")
    assert because(deck, start).en == (
        "road -3.0 °C, 1.2 mm of snow in the next 3 h: "
        "salt on the deck now keeps the first snow, from about 17:00, from freezing to it"
    )
    assert (
        because(deck, start).zh
        == "路面 -3.0 ℃，未来 3 小时有雪 1.2 毫米：约 17:00 起降雪，桥面先撒盐，初雪不致冻结在桥面上"
    )
    cold = next(a for _, a in main if a.reason == "too_cold" and a.treatment == "plough")
    assert treatment(cold) == ("推雪", "plough")
    assert "below -10 °C salt does not work; the blade alone" in because(cold, start).en
    assert "低于 -10 ℃ 撒盐无效，只推雪" in because(cold, start).zh
    assert f"{cold.snow:.1f} mm of snow" in because(cold, start).en


def test_advice_is_sparse_and_a_replay_tells_it_again(played: Run) -> None:
    """Few changes a group and day; and wherever a replay stops, it tells the same at the same seconds."""
    mine = [e for e in played.events if e.kind == "advice"]
    assert len(mine) < 3 * 36
    simulation, _ = replay(played.scenario, played.seed, played.log)
    assert simulation.result(played.dispatcher).digest == played.digest


def test_the_report_tells_it(played: Run) -> None:
    """A strip, and a row for each advice; roads that are told the same share one."""
    written = document(played)
    mine = next(s for s in written.sections if s.key == "advice")
    table = next(b for b in mine.blocks if isinstance(b, Table))
    assert sum(isinstance(b, Figure) for b in mine.blocks) == 1
    assert table.rows[0][1:5] == [
        ("桥梁", "bridges"), ("撒布", "spread"), ("17", "17"), ("降雪前，约 17:00", "before the snow, about 17:00"),
    ]  # fmt: skip
    assert table.rows[1][1:3] == [("一级道路、四级道路", "class 1, class 4"), ("不作业", "nothing")]
    assert len(table.rows) < sum(e.kind == "advice" for e in played.events)
