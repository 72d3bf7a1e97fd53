"""The lesson of July 2021's tunnels: water outruns the police, and a forecast outruns the water."""

from __future__ import annotations

from results.metrics import metrics
from results.underpasses import NEVER, closing_seconds, fillings
from scenarios.load import load
from tests.storms.changes import played


def test_underpasses_closed_on_the_forecast_are_closed_before_the_water() -> None:
    history, early = (played(load("jinshui/cloudburst", v)) for v in (None, "close-on-forecast"))
    assert metrics(early)["closed_late"] == 0 < (metrics(history)["closed_late"] or 0)
    found = fillings(history)
    assert len(found) >= 10
    assert all(x.rise < closing_seconds(history.scenario) for x in found)
    assert any(x.closed > x.close for x in found)
    assert all(x.closed < x.wet for x in fillings(early))
    assert metrics(history)["closed_late"] == sum(x.late for x in found)
    assert all(x.called < NEVER and x.by == "police" for x in fillings(early)), "by the standing order"
    assert {x.by for x in found} >= {"spot", "police"}
