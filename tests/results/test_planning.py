"""The page of a plan: quantities in their units, sentences in both languages, and what is not proposed told as that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from results.compare import Spread
from results.content import Note, Table
from results.language import Both
from results.metrics import NEVER
from results.plan_page import document, planning_page
from results.planning import (
    AFTER,
    BEFORE,
    Proposal,
    _signed,
    _spread,
    figure_rows,
    judged,
    reason,
    told,
    verdict,
)
from scenarios.load import load
from simulation.model import Name

SCENARIO = load("tiny/snow")
ROWS = ({"depot": "north-yard", "material": "salt", "now_kg": 12_000.0, "then_kg": 14_500.0},)
WHY = (("stock.moved", {"amount_kg": 2500.0}),)


def proposal(before: list[float], after: list[float]) -> Proposal:
    """A stock plan with figures that are the burdens over 8."""
    figures = {
        label: {i: {"unclear_km_h": v / 8, "refusals": 0.0} for i, v in enumerate(values)}
        for label, values in ((BEFORE, before), (AFTER, after))
    }
    overrides = {"fleet.stock.north-yard:salt.amount_t": 14.5}
    return Proposal(
        "stock", SCENARIO, overrides, ROWS, WHY, judged(before, after), figures, [(SCENARIO.storm.name, len(before))],
        seed=3, asked={"budget": 60_000.0}, commands=["stormyard run tiny/snow"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("amount_kg", 45_300.0, "45.3 吨", "45.3 t"),
        ("change_signed_kg", -1800.0, "-1.8 吨", "-1.8 t"),
        ("gain_kmh", 109.44, "109.4 公里·小时", "109.4 km·h"),
        ("gain_kmh", 8414.2, "8,414 公里·小时", "8,414 km·h"),
        ("gain_kmh", 0.003, "不到 0.01 公里·小时", "less than 0.01 km·h"),
        ("gain_kmh", 0.0, "0.00 公里·小时", "0.00 km·h"),
        ("way_s", 198.0, "3.3 分钟", "3.3 min"),
        ("wait_s", 9000.0, "2.5 小时", "2.5 h"),
        ("money_cny", 1500.0, "1,500 元", "1,500 CNY"),
        ("money_cny", 210_400.0, "21.0 万元", "210,400 CNY"),
        ("more_cny", 1_348_632.0, "134.9 万元", "1.35 million CNY"),
        ("part_share", 0.25, "25%", "25%"),
        ("rows_n", 3, "3", "3"),
        ("depot", "north-yard", "北场", "North Yard"),
        ("depots", ("north-yard", "south-yard"), "北场、南场", "North Yard, South Yard"),
        ("storm", Name(zh="雪", en="snow"), "雪", "snow"),
        ("nothing", None, "–", "–"),
    ],
)
def test_a_gap_is_told_by_the_end_of_its_name(name: str, value: Any, zh: str, en: str) -> None:
    """Numbers with their unit, ids as names."""
    assert told(SCENARIO, name, value) == Both(zh, en)


def test_a_reason_is_a_sentence_with_its_figures() -> None:
    """In both languages."""
    said = reason(SCENARIO, *WHY[0])
    assert "2.5 t is moved" in said.en
    assert "2.5 吨" in said.zh


def test_the_page_of_a_plan_that_is_worth_it_tells_the_command_to_run_it() -> None:
    """Verdict, why, plan, before and after, next; nothing that says it is not proposed."""
    made = document(proposal([100.0, 110.0, 90.0], [80.0, 85.0, 75.0]))
    assert [s.key for s in made.sections] == ["verdict", "why", "plan", "tried", "next"]
    assert not [b for s in made.sections for b in s.blocks if isinstance(b, Note)]
    page = planning_page(proposal([100.0, 110.0, 90.0], [80.0, 85.0, 75.0]), "en")
    for words in ("Worth it: the weighted burden falls by 20.0", "值得：", "North Yard", "北场", "60,000"):
        assert words in page


def test_the_page_of_a_plan_that_does_not_hold_up_proposes_nothing() -> None:
    """The table is headed as what was tried, and a note says that nothing is proposed."""
    made = document(proposal([100.0, 110.0, 90.0], [120.0, 85.0, 95.0]))
    blocks = [b for s in made.sections for b in s.blocks]
    assert [b.text.en.startswith("So nothing is proposed") for b in blocks if isinstance(b, Note)] == [True]
    assert "What was tried, and is not proposed" in [b.caption.en for b in blocks if isinstance(b, Table)]


def test_what_a_verdict_must_not_be_read_without_stands_above_it() -> None:
    """A goal out of reach is no reason among others: it is told before the verdict, and once."""
    beyond = ("fleet.beyond", {"goals": ("clear_h.p1",), "times": 2.0})
    said = planning_page(replace(proposal([5.0] * 4, [4.0] * 4), why=(*WHY, beyond)), "en")
    assert said.count("OUT OF REACH OF MACHINES") == 1
    assert (
        said.index("OUT OF REACH OF MACHINES") < said.index("Worth it") < said.index("is moved between yards")
    )


def test_a_small_gain_is_called_small_and_stands_beside_what_there_is() -> None:
    """1.05 of 100.5 are 1.0 %, in the sentence of both languages and in its interval; 20 of 100 is no small gain."""
    said = verdict(judged([100.0, 101.0], [99.0, 99.9]))
    assert said.en.startswith(
        "Worth it, but a small gain: the weighted burden falls by 1.0 km·h on average, 1.0 % of 100.5"
    )
    assert "(-1.4 to -0.7 %; 2 members)" in said.en
    assert said.zh.startswith("值得，但改善很小")
    assert verdict(judged([100.0, 101.0], [80.0, 80.5])).en.startswith("Worth it: ")
    assert "changes by -24.3 to +26.3 km·h" in verdict(judged([1000.0, 1000.0], [997.0, 1005.0])).en


def test_a_mean_that_falls_gives_no_green_median_that_does_not() -> None:
    """One member of three gains much, two do not change: the share that gets worse stands on the page, too."""
    found = judged([100.0] * 12, [99.0] * 5 + [100.0] * 7)
    assert found.verdict == "worth" and found.difference.median == 0
    asked = proposal([100.0] * 12, [99.0] * 5 + [100.0] * 7)
    assert figure_rows(asked)[1][3].tone == ""  # type: ignore[union-attr]
    assert "42%" in planning_page(asked, "en") and "worse in 0%" in planning_page(asked, "en")


def test_figures_that_are_always_nought_are_left_out() -> None:
    """The burden stands first; the terminal has those that tell most."""
    asked = proposal([8.0, 16.0], [16.0, 24.0])
    rows = figure_rows(asked)
    assert [row[0].en for row in rows[1:]] == ["weighted burden, km·h", "road not clear, km·h"]  # type: ignore[union-attr]
    assert rows[1][3].text.en == "+8.0 (+8.0 – +8.0)"  # type: ignore[union-attr]
    assert rows[2][3].tone == "bad"  # type: ignore[union-attr]
    assert len(figure_rows(asked, briefly=True)) == 3


def test_few_members_cannot_tell_a_gain_from_luck() -> None:
    """Better in both by far, but two say little; a gain that is next to nothing is no reason to ask for more."""
    found = judged([100.0, 100.0], [95.0, 70.0])
    assert found.verdict == "few" and found.high > 0
    assert "--members 20" in verdict(found).en and "--members 20" in verdict(found).zh
    assert judged([100.0, 100.0], [99.9, 100.05]).verdict == "unproven"


def test_never_reached_is_said_once() -> None:
    """Not as a median with two equal ends."""
    said = _spread("clear_90pct_h.p1", Spread(NEVER, NEVER, NEVER))
    assert "(" not in said.en and "（" not in said.zh and said.en == "not within the run"
    assert _signed("clear_90pct_h.p1", NEVER) == Both("变为达不到", "no longer reached")
