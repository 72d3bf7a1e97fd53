"""The scenario's goals against what a run reached: met or missed, one verdict a goal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from results.language import Both, both
from results.metrics import NEVER, Figures, classes, cut_off_h, first_settled, metrics, precipitation_end
from simulation.model import Grade, Scenario
from simulation.network import Network
from simulation.record import Run
from simulation.weather import WeatherSeries, grade, hourly_snowfall


class Goal(NamedTuple):
    """A goal and what became of it."""

    key: str
    """Metric it is judged by, or its own name where no metric carries it."""
    name: Both
    unit: str
    """Key of the unit, ``unit.<key>``."""
    target: float
    """The most that is allowed."""
    reached: float | None
    """None where it was never reached."""
    due: float = 0.0
    """Second of the run by which it has to be reached; 0 where it is judged at the end."""
    end: float = NEVER
    """Second at which the run ended."""

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None where the run ended before it was due."""
        if self.reached is None and self.due > self.end:
            return None
        return (NEVER if self.reached is None else self.reached) <= self.target + 1e-9


def precise(goal: Goal) -> str:
    """What was reached, with as many digits as it takes to tell it from what is allowed: 4.03 h of 4, not 4.0."""
    reached, digits = goal.reached or 0.0, 1 if goal.unit == "h" else 0
    while digits < 2 and float(f"{reached:.{digits}f}") == goal.target != reached:
        digits += 1
    return f"{reached:.{digits}f}"


def goals(run: Run, figures: Figures | None = None) -> list[Goal]:
    """Every goal that the scenario sets for what happened, in the order of urgency."""
    figures = metrics(run) if figures is None else figures
    wanted = run.scenario.goals
    found: list[Goal] = []
    if "snow" in run.fields:
        found += _snow_goals(run, figures)
    if "water_depth" in run.fields:
        name = both("goal.sites", cm=f"{wanted.depth_limit * 100:g}")
        found.append(Goal("sites_over_limit", name, "count", 0, figures["sites_over_limit"]))
        name = both("goal.closed_late", cm=f"{wanted.close_depth * 100:g}")
        found.append(Goal("closed_late", name, "count", 0, figures["closed_late"]))
    if figures["order_to_arrival_min.p90"] is not None:
        reach = figures["order_to_arrival_min.p90"]
        found.append(Goal("order_to_arrival_min.p90", both("goal.reach"), "min", wanted.reach / 60, reach))
    if cut := cut_off_h(run):
        longest = max(cut.values())
        found.append(
            Goal("critical_access", both("goal.access"), "h", wanted.critical_access / 3600, longest)
        )
    return found


def _snow_goals(run: Run, figures: Figures) -> list[Goal]:
    wanted, grade = run.scenario.goals, snow_grade(run)
    if grade is None:
        return []
    end, stopped, settled = run.scenario.duration, precipitation_end(run), first_settled(run)
    found = []
    present = classes(Network(run.scenario.city.segments))
    for p in present:
        key, name = f"first_pass_h.p{p}", both("goal.first_pass", which=both(f"class.p{p}"))
        allowed = wanted.first_pass[p - 1]
        found.append(Goal(key, name, "h", allowed / 3600, figures[key], settled + allowed, end))
    if "bridges_h" in figures:
        due = settled + wanted.bridges
        found.append(
            Goal(
                "bridges_h", both("goal.bridges"), "h", wanted.bridges / 3600, figures["bridges_h"], due, end
            )
        )
    for p in present:
        key, name = f"clear_h.p{p}", both("goal.clear", which=both(f"class.p{p}"))
        allowed = wanted.clear[p - 1][grade]
        found.append(Goal(key, name, "h", allowed / 3600, figures[key], stopped + allowed, end))
    for key in ("footway_clear_h", "stops_cleared_h"):
        if key in figures:
            allowed = wanted.footways[grade]
            name = both(f"goal.{key}")
            found.append(Goal(key, name, "h", allowed / 3600, figures[key], stopped + allowed, end))
    return found


def judged_by(scenario: Scenario) -> float:
    """Second by which the last deadline of a snowstorm has passed, to the whole hour and one more; 0 for rain.

    A run that ends earlier cannot judge every goal. The first pass is counted from the first settled snow,
    which lies before the end of precipitation, so it is due by then at the latest.
    """
    grade = grade_of(scenario) if "snow" in scenario.hazards else None
    stopped = WeatherSeries(scenario.storm, scenario.physics.snow).end_of_precipitation
    if grade is None or not np.isfinite(stopped):
        return 0.0
    wanted = scenario.goals
    after = max(wanted.footways[grade], *(hours[grade] for hours in wanted.clear))
    allowed = max(after, *wanted.first_pass, wanted.bridges)
    return 3600.0 * (np.ceil((stopped + allowed) / 3600) + 1)


def snowfall(run: Run) -> np.ndarray:
    """(hours,) mm of melted snow in each hour of the run, by the weather and the wet-bulb split."""
    scenario = run.scenario
    return hourly_snowfall(scenario.storm, scenario.physics.snow, scenario.duration)


def snow_grade(run: Run) -> Grade | None:
    """Grade of the snowfall by its wettest 24 and 12 hours; None where less than 0.1 mm falls as snow."""
    return grade_of(run.scenario)


def grade_of(scenario: Scenario) -> Grade | None:
    """The same before anything has been run."""
    return grade(scenario.storm, scenario.physics.snow, scenario.duration)
