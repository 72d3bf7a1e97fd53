"""The readiness page: what is tried, what is to be done, and that its figures are those of the runs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from results.actions import actions
from results.evidence import remarks
from results.readiness import Readiness, readiness_page, title
from results.remedies import ladders
from results.season import Storm, Trial, storms_of, to_try
from simulation.model import Goals
from simulation.record import Run
from tests.results.made_runs import HOUR, scenario, snow_run, water_run


def storm(run: Run, label: str = "storm") -> Storm:
    """A run judged."""
    return Storm.of(label, run)


def shallower(run: Run, depth: float) -> Run:
    """The same rain with less water at the underpass, less than its marks of closing and of floating cars."""
    fields = run.fields.copy(deep=True)
    for name in ("water_depth", "node_depth"):
        fields[name][:] = np.minimum(fields[name].values, depth)
    events = tuple(e for e in run.events if e.kind != "water_mark" or e.text == "wet")
    return replace(run, fields=fields, events=events)


def with_goals(run: Run, **goals: Any) -> Run:
    """The same run with other goals."""
    return replace(run, scenario=run.scenario.model_copy(update={"goals": Goals(**goals)}))


def fallen(run: Run) -> Run:
    """The same run with the snow that fell in it."""
    return replace(run, totals={**run.totals, "snow_fallen_kg": 1e5})


def test_a_page_needs_a_storm_and_names_the_seasons() -> None:
    """Rain comes first; two storms of one name are told apart by their labels."""
    with pytest.raises(ValueError, match="at least one storm"):
        readiness_page({})
    storms = storms_of([("a", snow_run()), ("b", water_run()), ("c", snow_run())])
    assert [s.name.en for s in storms] == ["Test rain", "a", "c"]
    assert title(storms).zh == "方格镇：汛前雪前备勤评估"
    assert title(storms[:1]).en == "Grid Town: readiness for the rain season"


def test_the_page_holds_its_parts_in_both_languages() -> None:
    """Verdict, actions, matrix, call-out, sites, roads, and the assumptions of both hazards."""
    runs = {"snow": fallen(snow_run(hours=60)), "rain": water_run()}
    source = readiness_page(runs, "en")
    for words in (
        "What to do before the season", "季前要做的事", "Verdict by storm", "Sites with more than 15 cm of water (1)",
        "residual after ploughing", "clogging at the start", "police closing delay", "No changes were tried",
        "40 · 3.0 h",
    ):  # fmt: skip
        assert words in source, words


def test_only_goals_that_were_judged_count() -> None:
    """A run of 12 h leaves class 4 open: neither met nor missed, and the page says so."""
    found = Readiness.of({"snow": snow_run(hours=12)})
    (short,) = found.storms
    assert {g.key for g in short.open} == {"first_pass_h.p4", "clear_h.p4"}
    assert short.missed == []
    assert (found.worst, found.actions) == ([], [])
    assert "2 goals were not due before the run ended" in readiness_page(
        {"snow": fallen(snow_run(hours=12))}, "en"
    )


def test_the_lightest_and_the_heaviest_failed_storm_are_tried() -> None:
    """Those in between and those that held are not."""
    runs = [(label, snow_run(hours=60)) for label in "abc"] + [("held", snow_run(hours=12))]
    assert [s.label for s in to_try(storms_of(runs))] == ["a", "c"]


@pytest.mark.parametrize(
    ("hazard", "keys"),
    [("water", ["nobody", "inlets", "pumps", "early"]), ("snow", ["salt", "machines", "both", "early"])],
)
def test_each_change_says_how_much(hazard: Any, keys: list[str]) -> None:
    """One thing at a time, from what there is; the scenario differs in that alone."""
    made = scenario(hazard)
    first = {ladder[0].key: ladder[0] for ladder in ladders(made, hazard)}
    assert list(first) == keys
    if hazard == "snow":
        assert first["salt"].change.en == "20 t more de-icer (now 20 t)"
        assert sum(s.amount for s in first["salt"].scenario.fleet.stock) == 40_000
        assert first["machines"].change.en == (
            "1 more machines and squads that plough or spread (now 2): 1 × Plough-spreader"
        )
        assert [e.count for e in first["machines"].scenario.fleet.equipment] == [3, 1]
    else:
        assert first["inlets"].scenario.physics.water.clog_start == made.physics.water.clog_cleared
        assert first["inlets"].change.en == "debris in the inlets 20 % → 5 %"
        assert first["pumps"].scenario.fleet.equipment[1].count == 2


def test_what_helped_becomes_an_action_with_its_figures() -> None:
    """Clean inlets keep the site dry: who, until when, and what it was before; what did nothing is no action."""
    made = with_goals(water_run(), ready_by={"water": "05-15"})
    wet = storm(made)
    inlets = Trial.of(wet, *ladders(made.scenario, "water")[1][0][:3], shallower(made, 0.1))
    pumps = Trial.of(wet, *ladders(made.scenario, "water")[2][0][:3], made)
    assert (inlets.gain, pumps.gain) == (1, 0)
    found = actions([wet], [inlets, pumps])
    assert found[0].what.en.startswith("Clean the street inlets")
    assert found[0].until.zh == "5 月 15 日前"
    assert "sites with more than 15 cm of water: 1 → 0" in found[0].why.en
    assert not [a for a in found if "pump crews" in a.what.en]
    guard = next(a for a in found if "barriers" in a.what.en)
    assert (guard.who.en, guard.what.en) == (
        "West (1)",
        "People and barriers at 1 sites within 120 min of the first rain",
    )
    close = next(a for a in found if a.what.en.startswith("Close"))
    assert "60 min earlier" in close.what.en


def test_without_a_day_in_the_plan_none_is_made_up() -> None:
    """The season is named instead."""
    found = actions([storm(water_run())], [])
    assert {a.until.en for a in found} == {"before the rain season (no day named)"}


def test_a_lighter_snow_served_later_is_explained() -> None:
    """Both storms had the same crews out, so it was not the call-out."""
    light = snow_run(hours=60)
    late = tuple(e._replace(t=e.t + 2 * HOUR) if e.kind == "pass" else e for e in light.events)
    slow = replace(light, events=tuple(sorted(late, key=lambda e: e.t)))
    said = [text.en for text in remarks([storm(slow, "light"), storm(light, "heavy")])]
    assert said
    assert all("the same 1 crews" in text for text in said)
    assert remarks([storm(light, "light"), storm(slow, "heavy")]) == []


def test_the_verdict_for_programs_is_plain() -> None:
    """Goals with figures, shortfalls and actions as sentences."""
    told: Mapping[str, Any] = Readiness.of({"rain": water_run()}).plain("zh")
    goals = {g["key"]: (g["reached"], g["met"]) for g in told["storms"]["rain"]["goals"]}
    assert goals["sites_over_limit"] == (1, False)
    assert told["worst_shortfalls"][0]["what"].startswith("1 处下穿通道")
    assert {a["season"] for a in told["actions"]} == {"rain"}
