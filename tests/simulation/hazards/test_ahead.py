"""What the outlook says in a few figures."""

import numpy as np

from simulation.hazards.ahead import HOUR, UNKNOWN, Ahead, look
from simulation.situation import Outlook


def outlook(precipitation: list[float], air: list[float], wind: list[float] | None = None) -> Ahead:
    """The figures of an outlook issued in hour 10, mm/h and degC by the hour."""
    t = 10 * HOUR + HOUR * np.arange(len(air))
    winds = np.array(wind) if wind else np.zeros(0)
    return look(Outlook(t, np.array(precipitation) / HOUR, np.array(air, float), winds))


def test_a_dry_outlook_says_nothing() -> None:
    """No beginning, no end, nothing first; the air is told all the same."""
    ahead = outlook([0] * 6, [-1, -2, -3, -4, -5, -6])
    assert ahead == Ahead(air=-1.0, air_near=-4.0, coldest=-6.0)


def test_snow_that_begins_and_ends_within_the_outlook() -> None:
    """From the third hour to the fourth; the near hours hold the first of the two."""
    ahead = outlook([0, 0, 1.0, 0.5, 0, 0], [-1] * 6, [3, 4, 5, 9, 9, 9])
    assert (ahead.snowing, ahead.soon, ahead.raining, ahead.first) == (False, True, False, "snow")
    assert (ahead.begins, ahead.ends) == (12 * HOUR, 14 * HOUR)
    assert (round(ahead.snow, 6), ahead.rain, ahead.wind) == (1.0, 0.0, 5.0)


def test_snow_without_an_end_in_sight() -> None:
    """It falls now, and in the last hour of the outlook."""
    ahead = outlook([1.0] * 6, [-1] * 6)
    assert (ahead.snowing, ahead.begins, ahead.ends) == (True, 10 * HOUR, UNKNOWN)


def test_what_falls_from_one_and_a_half_degrees_is_rain() -> None:
    """Rain first, snow soon after."""
    ahead = outlook([0, 2.0, 2.0, 1.0, 0, 0], [3, 2, 1.5, 1.4, 1, 0])
    assert (ahead.first, ahead.soon, ahead.raining) == ("rain", True, False)
    assert round(ahead.rain, 6) == 4.0
    assert ahead.snow == 0.0


def test_snow_beyond_four_hours_is_not_soon() -> None:
    """Nothing is treated for it yet."""
    ahead = outlook([0, 0, 0, 0, 0, 1.0], [-1] * 6)
    assert (ahead.soon, ahead.first, ahead.begins) == (False, "", 15 * HOUR)
    assert outlook([0, 0, 0, 0, 1.0, 0], [-1] * 6).soon
