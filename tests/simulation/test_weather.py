"""Weather: exact precipitation, wet bulb, rain or snow, and a forecast that all variants hear alike."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.model import SnowPhysics, Storm
from simulation.weather import Forecaster, WeatherNow, WeatherSeries, snow_share, wet_bulb
from tests import cities

ROWS = st.lists(
    st.tuples(st.integers(1, 7200), st.floats(0, 0.02, allow_subnormal=False)), min_size=1, max_size=8
)


def storm(rows: list[dict[str, float]], **changes: object) -> Storm:
    """A storm with the given weather rows."""
    made = cities.scenario().storm.model_dump() | {"weather": rows} | changes
    return Storm.model_validate(made)


def series(rows: list[dict[str, float]], **changes: object) -> WeatherSeries:
    return WeatherSeries(storm(rows, **changes), SnowPhysics())


def timed(steps: list[tuple[int, float]]) -> list[dict[str, float]]:
    """Weather rows from (seconds of a row, rate)."""
    starts = np.r_[0, np.cumsum([s for s, _ in steps])[:-1]]
    return [
        {"t": float(t), "precipitation": rate, "air": -2.0}
        for t, (_, rate) in zip(starts, steps, strict=True)
    ]


@given(ROWS, st.lists(st.floats(0, 60_000), max_size=12))
def test_precipitation_adds_up_over_any_split_of_time(
    steps: list[tuple[int, float]], cuts: list[float]
) -> None:
    """Ticks of any length add up to what fell: nothing is lost between a row and a tick."""
    weather = series(timed(steps))
    edges = [0.0, *sorted(cuts), 60_000.0]
    parts = sum(weather.over(a, b - a).precipitation * (b - a) for a, b in pairwise(edges))
    by_hand, t = 0.0, 0.0
    for i, (seconds, rate) in enumerate(steps):
        until = t + seconds if i + 1 < len(steps) else 60_000.0
        by_hand += rate * max(0.0, until - t)
        t += seconds
    assert parts == pytest.approx(by_hand, rel=1e-9, abs=1e-9)
    assert weather.fallen(60_000.0) == pytest.approx(by_hand, rel=1e-9, abs=1e-9)


def test_a_tick_across_a_change_takes_its_share_of_each_row() -> None:
    """Precipitation is a mean over the tick, temperature that of its middle."""
    weather = series(
        [{"t": 0, "precipitation": 0.001, "air": 2.0}, {"t": 400, "precipitation": 0.0, "air": -4.0}]
    )
    now = weather.over(300, 300)
    assert now.precipitation == pytest.approx(0.001 / 3)
    assert now.air == -4.0
    assert weather.over(0, 300).air == 2.0
    assert weather.over(10**7, 300).air == -4.0


@pytest.mark.parametrize(
    ("air", "wet", "humidity"),
    [
        (30, 29, 93),
        (30, 25, 67),
        (30, 22, 50),
        (20, 18, 82),
        (20, 15, 58),
        (20, 12, 36),
        (10, 8, 76),
        (10, 5, 43),
    ],
)
def test_wet_bulb_agrees_with_the_psychrometric_table(air: float, wet: float, humidity: float) -> None:
    """Relative humidity by dry bulb and wet-bulb depression, as whole percents in the school tables: the wet
    bulb comes back to 0.3 K (the tables' own rounding, and psychrometers of another constant)."""
    assert wet_bulb(air, humidity / 100) == pytest.approx(wet, abs=0.3)


@given(st.floats(-40, 45), st.floats(0.01, 1.0))
def test_wet_bulb_never_exceeds_the_air_and_meets_it_when_saturated(air: float, humidity: float) -> None:
    """Evaporation only cools."""
    assert wet_bulb(air, humidity) <= air
    assert wet_bulb(air, 1.0) == pytest.approx(air, abs=1e-6)


def test_snow_share_is_linear_in_the_wet_bulb() -> None:
    """All snow up to 0.5 degC wet bulb, all rain from 1.5 on, half at 1.0."""

    def at(bulb: float) -> WeatherNow:
        return series([{"t": 0, "precipitation": 0.001, "air": bulb, "humidity": 1.0}]).over(0, 300)

    assert [at(t).snow_share for t in (-5.0, 0.4, 1.6, 20.0)] == [1.0, 1.0, 0.0, 0.0]
    assert at(1.0).snow_share == pytest.approx(0.5, abs=1e-3)
    half = at(1.0)
    assert half.rain + half.snowfall == pytest.approx(0.001)


@pytest.mark.parametrize(("bulb", "share"), [(0.5, 1.0), (0.75, 0.75), (1.5, 0.0), (1.46, 0.04)])
def test_snow_share_by_hand(bulb: float, share: float) -> None:
    """1.46 degC is the wet bulb of 6 January 2020 in Zhengzhou, where nothing settled; a range of 0 is a step."""
    assert snow_share(bulb, 0.5, 1.5) == pytest.approx(share)
    assert snow_share(bulb, 1.0, 1.0) == float(bulb < 1.0)


def test_dry_cold_air_snows_above_freezing() -> None:
    """At 3 degC air and 40 % humidity the wet bulb is below 0: it snows (the reason for using the wet bulb)."""
    now = series([{"t": 0, "precipitation": 0.001, "air": 3.0, "humidity": 0.4}]).over(0, 300)
    assert now.wet_bulb < 0
    assert now.snow_share == 1.0


def test_end_of_precipitation() -> None:
    """When the last wet row ends; 0 for a dry storm, never if the last row is wet."""
    assert series(timed([(3600, 0.001), (3600, 0.0), (100, 0.002), (50, 0.0)])).end_of_precipitation == 7300
    assert series(timed([(3600, 0.0)])).end_of_precipitation == 0
    assert series(timed([(3600, 0.001)])).end_of_precipitation == math.inf


def test_river_stage_of_the_moment() -> None:
    """The row in force; NaN where the storm has no river."""
    rows = timed([(3600, 0.001)])
    assert math.isnan(series(rows).over(0, 300).stage)
    river = [{"t": 0, "stage": 1.0}, {"t": 1000, "stage": 2.5}]
    assert [series(rows, river=river).over(t, 60).stage for t in (0, 900, 1000, 9000)] == [1.0, 1.0, 2.5, 2.5]


def test_a_perfect_forecast_is_the_truth() -> None:
    """Without errors the outlook is the weather, hour by hour up to the horizon."""
    made = storm(
        timed([(3600, 0.001), (3600, 0.0), (3600, 0.002), (3600, 0.0)]),
        forecast={"horizon": 4 * 3600, "amount_error": 0, "timing_error": 0},
    )
    outlook = Forecaster(made, WeatherSeries(made, SnowPhysics()), 7).at(1800)
    assert outlook.t.tolist() == [0, 3600, 7200, 10800]
    assert outlook.precipitation == pytest.approx([0.001, 0, 0.002, 0])


def test_every_variant_of_a_storm_hears_the_same_forecast() -> None:
    """Errors depend on seed and storm alone: not on who listens, when, or how often."""
    made = storm(timed([(7200, 0.001), (7200, 0.0)]))

    def heard(seed: int, times: list[int]) -> list[float]:
        forecaster = Forecaster(made, WeatherSeries(made, SnowPhysics()), seed)
        for t in times:
            outlook = forecaster.at(t)
        return outlook.precipitation.tolist()

    assert heard(1, [0, 900, 3600, 5400]) == heard(1, [5400])
    assert heard(1, [0]) != heard(2, [0])


def test_forecast_errors_grow_with_lead_time() -> None:
    """Near hours are surer than far ones: steady rain, spread of the ratio to the truth over 200 seeds."""
    made = storm(
        timed([(360_000, 0.001)]), forecast={"horizon": 6 * 3600, "amount_error": 0.5, "timing_error": 0}
    )
    weather = WeatherSeries(made, SnowPhysics())
    ratios = np.array([np.log(Forecaster(made, weather, s).at(0).precipitation / 0.001) for s in range(200)])
    spread = ratios.std(axis=0)
    assert (np.diff(spread) > 0).all()
    assert spread[-1] == pytest.approx(0.5 * 5.5 / 6, rel=0.2)


def test_an_outlook_cannot_be_written_to() -> None:
    """It is handed out to every situation of the hour."""
    made = storm(timed([(3600, 0.001)]))
    with pytest.raises(ValueError, match="read-only"):
        Forecaster(made, WeatherSeries(made, SnowPhysics()), 1).at(0).precipitation[0] = 9.0
