"""Treatment advice in words: which roads, what to do, how much, when and why, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from results.content import figure
from results.language import Both, both
from simulation.hauling import HEAVY_BANK, SALTED_BANK
from simulation.hazards.advice import PLOUGH_TRIGGER, SPREAD_TRIGGER
from simulation.hazards.ahead import UNKNOWN
from simulation.hazards.treatment import BRIDGES, Advice
from simulation.record import Run

TURN = 0.5
"""K in three hours from which the road is said to warm or cool."""
ALL = 0.95
"""Share of the roads from which it is all of them."""
SEEN = 0.05
"""mm from which something is said to lie or to fall."""
BY_TREATMENT = ("salted_lately", "too_cold", "too_warm", "blowing_snow", "rain_washes")
"""Reasons for the blade alone as well as for nothing at all."""
UNEXPLAINED = ("nothing_expected", "snow_ahead", "starts_as_rain", "rain_no_frost", "under_trigger")
"""Reasons that rest on the forecast alone, whatever the road is like."""


def told(run: Run) -> list[tuple[int, Advice]]:
    """The advice of a run with its second, whenever it changed."""
    return [(e.t, Advice.of_event(e)) for e in run.events if e.kind == "advice"]


def roads(advice: Advice) -> Both:
    """The roads it is for."""
    return both("treatment.bridges" if advice.group == BRIDGES else f"class.{advice.group}")


def concerned(advice: Advice) -> Both:
    """The roads it is for, with their share where it is not all of them."""
    if advice.share > ALL:
        return roads(advice)
    return both("treatment.part", roads=roads(advice), share=f"{100 * advice.share:.0f}")


def together(groups: Sequence[Both]) -> Both:
    """Several kinds of road in one cell."""
    return Both("、".join(g.zh for g in groups), ", ".join(g.en for g in groups))


def treatment(advice: Advice) -> Both:
    """What to do."""
    return both("treatment." + advice.treatment.replace("+", "_"))


def rate(advice: Advice) -> Both:
    """g/m2 to spread; a dash where nothing is."""
    return figure(advice.rate * 1000 or None, 0)


def window(advice: Advice, start: datetime) -> Both:
    """When it is to be done; ``start`` is the local time of second 0."""
    if not advice.window:
        return Both.same("–")
    name = advice.window
    if name == "after" and advice.ends == UNKNOWN:
        return both("treatment.after_unknown")
    if name == "before" and advice.reason == "freezing_rain":
        return both("treatment.before_rain", **_hours(advice, start))
    return both(f"treatment.{name}", **_hours(advice, start))


def because(advice: Advice, start: datetime) -> Both:
    """Why, with the figures that it rests on."""
    key = advice.reason
    if key in BY_TREATMENT:
        key += "_plough" if advice.treatment == "plough" else "_none"
    why = both(
        f"because.{key}", coldest=f"{advice.coldest:.1f}", floor=f"{advice.floor:.0f}", limit=f"{advice.limit:g}",
        wind=f"{advice.wind:.0f}", bank=f"{advice.bank:.1f}", blade=f"{PLOUGH_TRIGGER:g}",
        thin=f"{SPREAD_TRIGGER:g}", haul=f"{HEAVY_BANK:g}", salted=f"{SALTED_BANK:g}",
        left=f"{advice.left / 1000:,.1f}", need=f"{advice.need / 1000:,.1f}", coming=advice.coming,
        **_hours(advice, start),
    )  # fmt: skip
    return why if advice.reason in UNEXPLAINED else both("because.whole", state=_state(advice), why=why)


def _hours(advice: Advice, start: datetime) -> dict[str, str]:
    """The seconds of an advice as times of day."""
    return {
        name: f"{start + timedelta(seconds=getattr(advice, name)):%H:%M}"
        for name in ("begins", "ends", "due")
    }


def _state(advice: Advice) -> Both:
    """The road and what lies and comes on it, as far as it is worth a word."""
    turn = "falling" if advice.trend <= -TURN else "rising" if advice.trend >= TURN else "steady"
    parts = [both(f"because.{turn}", road=f"{advice.road:.1f}")]
    lies = "_".join(name for name in ("snow", "ice") if getattr(advice, name) >= SEEN)
    if lies:
        parts.append(both(f"because.{lies}", snow=f"{advice.snow:.1f}", ice=f"{advice.ice:.1f}"))
    if advice.coming >= SEEN:
        parts.append(both("because.more_snow" if lies else "because.first_snow", coming=advice.coming))
    if advice.rain >= SEEN:
        parts.append(both("because.more_rain", rain=advice.rain))
    return Both("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))
