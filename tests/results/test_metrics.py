"""Metrics against made-up runs whose answers are worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from results.metrics import closed_late, cut_off_h, hour_weights, metrics, sites, warning_to_order
from simulation.record import Event, Run
from tests.results.made_runs import HOUR, scenario, snow_run, water_run

CONTRACT_SNOW = {f"{name}.p{p}" for name in ("first_pass_h", "clear_h", "unclear_km_h") for p in (1, 2, 3, 4)}
CONTRACT_WATER = {
    "depth_over_15cm_km_h", "unsafe_for_cars_km_h", "sites_over_limit", "closed_late", "flooded_m3", "pumped_m3",
}  # fmt: skip
CONTRACT_BOTH = {
    "critical_unreachable_h", "warning_to_order_min", "order_to_arrival_min.p50", "order_to_arrival_min.p90",
    "material_used_t.salt", "stockouts", "team_h", "overtime_h", "cost", "refusals",
}  # fmt: skip


def with_field(run: Run, name: str, values: np.ndarray) -> Run:
    """The run with one field replaced."""
    fields = run.fields.copy()
    fields[name] = (run.fields[name].dims, values, run.fields[name].attrs)
    return replace(run, fields=fields)


def test_names_are_those_of_the_contract() -> None:
    """Snow and water runs carry exactly the stable names and the declared additions."""
    assert set(metrics(snow_run())) == CONTRACT_SNOW | CONTRACT_BOTH | {
        "unclear_km_h", "snow_peak_mm", "bridges_h",
    }  # fmt: skip
    assert set(metrics(water_run())) == CONTRACT_WATER | CONTRACT_BOTH


def test_hours_to_clear_count_from_the_end_of_precipitation() -> None:
    """Snow ends at hour 4; class p is bare from hour 4 + p, class 4 never."""
    figures = metrics(snow_run())
    assert [figures[f"clear_h.p{p}"] for p in (1, 2, 3, 4)] == [1.0, 2.0, 3.0, None]


def test_a_class_that_turns_white_again_is_not_clear_for_good() -> None:
    """One late relapse moves the clearing time behind it."""
    run = snow_run()
    snow = run.fields["snow"].values.copy()
    snow[run.fields["time"].values == 10 * HOUR, :3] = 4.0
    assert metrics(with_field(run, "snow", snow))["clear_h.p1"] == 6.25


def test_five_percent_of_a_class_may_stay_white() -> None:
    """95 % of the lane-length is enough."""
    run = snow_run(columns=32, rows=3)
    snow = run.fields["snow"].values.copy()
    snow[:, 0] = 4.0
    assert metrics(with_field(run, "snow", snow))["clear_h.p1"] == 1.0
    snow[:, 1] = 4.0
    assert metrics(with_field(run, "snow", snow))["clear_h.p1"] is None


def test_first_pass_counts_from_the_first_settled_snow() -> None:
    """Snow settles at hour 1 and class p is served at hour p; class 4 never."""
    figures = metrics(snow_run())
    assert [figures[f"first_pass_h.p{p}"] for p in (1, 2, 3, 4)] == [0.0, 1.0, 2.0, None]
    assert figures["bridges_h"] == 1.0


def test_bare_roads_need_no_pass() -> None:
    """Where nothing settles, clearing and first pass take no time."""
    run = snow_run()
    bare = with_field(
        with_field(run, "snow", 0 * run.fields["snow"].values), "ice", 0 * run.fields["ice"].values
    )
    figures = metrics(replace(bare, events=()))
    assert figures["snow_peak_mm"] == 0
    assert figures["unclear_km_h"] == 0
    assert [figures[f"{name}.p4"] for name in ("clear_h", "first_pass_h")] == [0.0, 0.0]


def test_unclear_kilometre_hours() -> None:
    """Three 200 m roads of class 1 are white from hour 1 to hour 5: 0.6 km x 4 h."""
    figures = metrics(snow_run())
    assert figures["unclear_km_h.p1"] == pytest.approx(2.4)
    parts = [figures[f"unclear_km_h.p{p}"] or 0 for p in (1, 2, 3, 4)]
    assert figures["unclear_km_h"] == pytest.approx(sum(parts))


def test_deep_water_is_measured_in_kilometre_hours() -> None:
    """A 200 m underpass under 40 cm for 3 h; the site with 10 cm stays below the limit."""
    figures = metrics(water_run())
    assert figures["depth_over_15cm_km_h"] == pytest.approx(0.6)
    assert figures["sites_over_limit"] == 1
    assert (figures["flooded_m3"], figures["pumped_m3"]) == (120.0, 45.0)


@pytest.mark.parametrize(
    ("depth", "flow", "velocity", "km_h"),
    [(0.31, 0, 0, 0.6), (0.2, 0.31, 1, 0.6), (0.2, 0.1, 3.1, 0.6), (0.2, 0.2, 1, 0)],
)
def test_water_carries_small_cars_off_by_depth_flow_or_velocity(
    depth: float, flow: float, velocity: float, km_h: float
) -> None:
    """200 m for 3 h."""
    run = water_run()
    wet = run.fields["water_depth"].values > 0
    for name, value in (("water_depth", depth), ("water_flow", flow), ("water_velocity", velocity)):
        run = with_field(run, name, np.where(wet, value, 0.0))
    assert metrics(run)["unsafe_for_cars_km_h"] == pytest.approx(km_h)


def test_a_site_knows_the_water_that_runs_along_its_road() -> None:
    dip, extra = sites(water_run())
    assert (dip.place.id, dip.flow.max(), dip.flow.sum()) == ("dip", pytest.approx(0.8), pytest.approx(0.8))
    assert extra.flow.max() == 0, "no road has its low point there"


def test_an_underpass_closed_an_hour_late() -> None:
    """It is deep at hour 2 and closed at hour 3; closed from the start, it is not late."""
    run = water_run()
    (late,) = closed_late(run)
    assert (late.segment, late.close, late.closed) == ("row1-1", 2 * HOUR, 3 * HOUR)
    early = (Event(HOUR, "closed", "police", "row1-1"), *(e for e in run.events if e.kind != "closed"))
    assert metrics(replace(run, events=early))["closed_late"] == 0


def test_a_closing_five_minutes_late_counts_though_quarter_hours_show_it_closed() -> None:
    """The fields of every quarter of an hour do not see it; the events do."""
    run = water_run()
    marks = [
        e._replace(t=e.t - 600) if e.kind == "water_mark" else e for e in run.events if e.kind != "closed"
    ]
    late = (*marks, Event(2 * HOUR - 300, "closed", "police", "row1-1"))
    shut = with_field(run, "closed", np.ones_like(run.fields["closed"].values))
    assert metrics(replace(shut, events=tuple(late)))["closed_late"] == 1


def test_a_hospital_is_cut_off_while_its_streets_are_impassable() -> None:
    """Both streets at the hospital's corner shut for two hours."""
    run = snow_run()
    factor = run.fields["speed_factor"].values.copy()
    t = run.fields["time"].values
    ids = [str(s) for s in run.fields["segment"].values]
    for street in ("row0-0", "col0-0"):
        factor[(t >= 6 * HOUR) & (t < 8 * HOUR), ids.index(street)] = 0
    cut = cut_off_h(with_field(run, "speed_factor", factor))
    assert cut == {"hospital": pytest.approx(2.0), "fire": 0.0}


def test_warning_to_level_that_the_rule_asks_for() -> None:
    """Red at minute 30, level I at minute 50: 20 minutes, whatever colour came before or after."""
    assert metrics(snow_run())["warning_to_order_min"] == 20
    risen_before = (Event(600, "level", text="I"), *snow_run().events)
    assert metrics(replace(snow_run(), events=risen_before))["warning_to_order_min"] == 0


def test_no_answer_to_a_warning_is_never() -> None:
    """No level change: null, which counts as worse than any number."""
    silent = replace(snow_run(), events=())
    assert metrics(silent)["warning_to_order_min"] is None
    assert metrics(silent)["order_to_arrival_min.p50"] is None


def test_without_a_rule_the_first_order_answers() -> None:
    """Red at minute 30, first order at minute 60."""
    made = scenario("snow")
    made = made.model_copy(update={"command": made.command.model_copy(update={"rules": ()})})
    lead = warning_to_order(replace(snow_run(), scenario=made))
    assert lead is not None
    assert (lead.asked, lead.minutes) == ("", 30)


def test_a_storm_without_warnings_has_no_lead_time() -> None:
    """The metric is absent, not zero."""
    made = scenario("snow")
    made = made.model_copy(update={"storm": made.storm.model_copy(update={"warnings": ()})})
    assert "warning_to_order_min" not in metrics(replace(snow_run(), scenario=made))


def test_arrival_is_measured_from_the_last_order() -> None:
    """10 and 30 minutes for two crews; an order that was changed on the way does not count."""
    assert metrics(snow_run())["order_to_arrival_min.p50"] == 20
    changed = (Event(3600, "order", "c"), Event(7200, "order", "c"), Event(7500, "arrive", "c"))
    assert metrics(replace(snow_run(), events=changed))["order_to_arrival_min.p90"] == 5


def test_weights_add_up_to_the_run() -> None:
    """Trapezoid weights sum to the run's hours."""
    assert hour_weights(snow_run()).sum() == pytest.approx(12)


def test_metrics_of_a_district_are_quick() -> None:
    """About 2,000 roads over 48 h touch each field a few times only (a loop over time would not end soon)."""
    run = snow_run(hours=48, columns=32, rows=32)
    assert len(run.fields["segment"]) == 1984
    assert metrics(run)["clear_h.p2"] == 2.0
