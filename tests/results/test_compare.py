"""Runs side by side and ensembles: directions, nevers, and pairs by seed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.compare import MEASURES, compare, in_order, intervals, measure, metric_name, spread, verdict
from results.language import Words
from results.metrics import metrics
from simulation.model import Name
from tests.results.made_runs import snow_run, water_run

BASE = {"clear_h.p1": 10.0, "clear_h.p4": None, "pumped_m3": 100.0, "cost": 5.0}
BETTER = {"clear_h.p1": 8.0, "clear_h.p4": 30.0, "pumped_m3": 120.0, "cost": 5.0}


def test_every_metric_has_a_measure_and_a_name() -> None:
    """No figure of a run is left without a unit, a direction and words in both languages."""
    for run in (snow_run(), water_run()):
        for metric in metrics(run):
            assert measure(metric) in MEASURES.values()
            assert all(metric_name(metric))


def test_lower_is_better_and_never_is_worst() -> None:
    """Hours go down: better. From never to a number: better. Pumping is neither."""
    rows = {row.metric: row for row in compare({"base": BASE, "more": BETTER}).rows}
    assert rows["clear_h.p1"].verdicts == ("better",)
    assert rows["clear_h.p1"].changes == (-2.0,)
    assert rows["clear_h.p4"].verdicts == ("better",)
    assert rows["clear_h.p4"].changes == (None,)
    assert rows["pumped_m3"].verdicts == ("changed",)
    assert rows["cost"].verdicts == ("same",)
    back = {row.metric: row for row in compare({"more": BETTER, "base": BASE}).rows}
    assert back["clear_h.p4"].verdicts == ("worse",)


def test_spending_is_no_outcome() -> None:
    """Money, hours and material are spent less or more, never better or worse; refusals are neither."""
    assert verdict("cost", 100.0, 0.0) == "less"
    assert verdict("team_h", 10.0, 12.0) == "more"
    assert verdict("material_used_t.salt", 10.0, 0.0) == "less"
    assert verdict("refusals", 3.0, 0.0) == "changed"


def test_a_little_is_neither_better_nor_worse() -> None:
    """Half a percent, or less than is shown, is no verdict."""
    assert verdict("flooded_m3", 2_575_450.0, 2_574_601.0) == "little"
    assert verdict("order_to_arrival_min.p90", 4.01, 4.03) == "little"
    assert verdict("flooded_m3", 100.0, 90.0) == "better"


def test_materials_are_called_by_name() -> None:
    """By their id where nobody knows a name."""
    assert metric_name("material_used_t.salt", {"salt": Name(zh="盐", en="rock salt")}).zh == "物资消耗（盐）"
    assert metric_name("material_used_t.salt").en == "material used, salt"


def test_two_nevers_are_the_same() -> None:
    """A class that neither run clears is no difference."""
    assert verdict("clear_h.p4", None, None) == "same"


def test_a_metric_that_only_one_run_has() -> None:
    """Snow beside water: no verdict, and a dash in the table."""
    comparison = compare({"snow": metrics(snow_run()), "water": metrics(water_run())})
    row = next(r for r in comparison.rows if r.metric == "flooded_m3")
    assert math.isnan(row.values[0] or 0)
    assert row.verdicts == ("",)
    table = comparison.to_rows(Words("en"))
    line = next(cells for cells in table if cells[0] == "water that left the drains")
    assert line[1:] == ["m³", "–", "120"]


def test_rows_are_told_in_words() -> None:
    """Head, metric, unit, values, change and verdict; never is a word."""
    table = compare({"base": BASE, "more": BETTER}).to_rows(Words("en"))
    assert table[0] == ["metric", "unit", "base", "more"]
    assert ["time to clear after precipitation stops, class 1", "h", "10.00", "8.00 (-2.00 better)"] in table
    never = ["time to clear after precipitation stops, class 4", "h", "not within the run", "30.00 (better)"]
    assert never in table
    assert compare({"base": BASE}).to_rows(Words("zh"))[1][0] == "降水停止后清净用时（一级道路）"


def test_metrics_come_in_the_order_of_the_contract() -> None:
    """Clearing before cost, class by class; a name that is no metric is an error."""
    assert in_order(["cost", "clear_h.p2", "clear_h.p1"]) == ["clear_h.p1", "clear_h.p2", "cost"]
    with pytest.raises(KeyError, match="speed"):
        in_order(["speed"])


def test_differences_are_taken_seed_by_seed() -> None:
    """Luck that both variants share cancels: each member is one hour better, whatever the storm did."""
    base = {seed: {"clear_h.p1": 10.0 * seed} for seed in range(1, 21)}
    more = {seed: {"clear_h.p1": 10.0 * seed - 1} for seed in range(1, 21)}
    first, second = intervals({"base": base, "more": more})
    assert first.difference is None
    assert second.difference is not None
    assert tuple(second.difference) == pytest.approx((-1, -1, -1))
    assert second.better == 1
    assert second.figure.median == pytest.approx(104)


def test_members_that_never_got_there() -> None:
    """The median is a number while most have one; the share of nevers is told; never to a number is -inf."""
    base: dict[int, dict[str, float | None]] = {s: {"clear_h.p4": None} for s in range(4)}
    more: dict[int, dict[str, float | None]] = {s: {"clear_h.p4": 5.0 if s else None} for s in range(4)}
    first, second = intervals({"base": base, "more": more})
    assert (first.never, first.figure.median) == (1.0, math.inf)
    assert (second.never, second.figure.median) == (0.25, 5.0)
    assert second.difference is not None
    assert second.difference.median == -math.inf
    assert second.better == 0.75


@given(st.lists(st.one_of(st.floats(0, 1e6), st.just(math.inf)), min_size=1, max_size=30))
def test_intervals_are_in_order(values: list[float]) -> None:
    """Low is at most the median, the median at most high; none is NaN."""
    found = spread(values)
    assert found.low <= found.median <= found.high
