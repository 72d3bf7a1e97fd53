"""What the shipped storms are there to show: response against none, and what must not happen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from results.metrics import metrics
from results.report import report
from scenarios.load import load
from tests.storms.changes import played


def worse(one: float | None, other: float | None) -> bool:
    """Whether a figure is above another; never (None) is above any number."""
    return (math.inf if one is None else one) > (math.inf if other is None else other)


@pytest.mark.parametrize("dispatcher", ["greedy", "assignment"])
def test_response_beats_none_on_every_clearing_metric(dispatcher: str) -> None:
    """The blizzard without teams is worse than with them, on clearing and first pass of every class."""
    with_teams = metrics(played(load("jinshui/blizzard"), dispatcher))
    nobody = metrics(played(load("jinshui/blizzard", "no-response"), dispatcher))
    names = [n for n in nobody if n.startswith(("clear_h.", "first_pass_h.", "unclear_km_h"))]
    assert len(names) == 13
    for name in names:
        assert not worse(with_teams[name], nobody[name]), name
        assert worse(nobody[name], with_teams[name]) or (nobody[name] is None and name == "clear_h.p4"), name


def test_warm_snow_does_not_settle() -> None:
    """6-7 January 2020: snow fell above 0 degC and the roads stayed wet."""
    run = played(load("jinshui/warm-snow"))
    assert float((run.fields["snow"] + run.fields["ice"]).max()) < 0.05
    assert float(run.fields["film"].max()) > 0.1
    assert metrics(run)["snow_peak_mm"] < 0.05
    assert metrics(run)["unclear_km_h"] == 0


def test_the_blizzard_is_as_deep_as_it_was_measured() -> None:
    """31 January 2024: 5.3 mm of water made 3 to 7 cm of snow."""
    run = played(load("jinshui/blizzard", "no-response"))
    assert run.totals["snow_fallen_kg"] / sum(s.length * s.width for s in run.scenario.city.segments) == (
        pytest.approx(5.3, abs=0.05)
    )
    fresh = run.fields["snow"] / np.maximum(run.fields["snow_depth"], 1e-9)
    peak = int(np.argmax(run.fields["snow"].mean("segment").values))
    assert 0.01 < float(run.fields["snow_depth"].isel(time=peak).max()) < 0.07
    assert float(fresh.isel(time=peak).max()) < 500


def test_level_one_at_the_first_red_warning_changes_the_cloudburst() -> None:
    """19 hours earlier: underpasses close in time, and a report of each shows how long it took."""
    history, prompt = (played(load("jinshui/cloudburst", v)) for v in (None, "at-first-red"))
    before, after = metrics(history), metrics(prompt)
    assert before["warning_to_order_min"] == pytest.approx(19 * 60, abs=5)
    assert after["warning_to_order_min"] == pytest.approx(0, abs=5)
    assert after["closed_late"] < before["closed_late"]
    assert "1,141" in report(history, "en") or "19 h" in report(history, "en")
