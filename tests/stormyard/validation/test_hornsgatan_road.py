"""A winter on one segment, by the snow hazard itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from simulation.hazards import heat
from stormyard.validation import BadFile
from stormyard.validation import hornsgatan_road as road

START = datetime(2011, 1, 10, tzinfo=UTC)
HEAD = "\t".join(road.ACTIVITY_COLUMNS)


def played(
    air: float, humidity: float, fallen: list[float], salted: dict[int, tuple[float, float]]
) -> road.Played:
    """Overcast hours at one temperature, with what falls in each and what is spread at which."""
    moments = [START + timedelta(hours=i) for i in range(len(fallen))]
    skies = [heat.Sky(air, humidity, 2.0, 0.0, 1.0)] * len(fallen)
    street = road.street(heat.Place(), 59.3, 18.05)
    spread = {START + timedelta(hours=i): what for i, what in salted.items()}
    return road.play(street, moments, skies, np.array(fallen), spread, air)


def test_a_road_is_wet_while_it_rains_and_dries_after() -> None:
    """Three hours of rain at 4 degC and 60 %."""
    lying = played(4.0, 0.6, [0, 1, 1, 1] + [0] * 12, {}).lying
    assert lying[:2].tolist() == [0.0, 0.0]
    assert (lying[2:5] > road.MOIST).all()
    assert lying[-1] < road.MOIST


def test_salt_keeps_a_road_wet_in_damp_air() -> None:
    """10 g/m2 in the first hour at 90 %: wet a day later; without, dry."""
    dry, salted = (played(2.0, 0.9, [0.2] + [0] * 24, s).lying for s in ({}, {0: (0.05, 0.04)}))
    assert dry[-1] < road.MOIST < salted[-1]


def test_the_list_of_saltings_is_read_and_bad_rows_are_named(tmp_path: Path) -> None:
    """Grams become kilograms, the file's clock UTC."""
    file = tmp_path / "activity.txt"
    file.write_text(f"{HEAD}\n2010\t10\t22\t22\t10\t0.04\n")
    assert road.salting(file, timedelta(hours=1)) == {datetime(2010, 10, 22, 21, tzinfo=UTC): (0.01, 0.04)}
    file.write_text(f"{HEAD}\n2010\t10\t22\tnoon\t10\t0.04\n")
    with pytest.raises(BadFile, match="row 2"):
        road.salting(file, timedelta(hours=1))
    file.write_text("Year\tMonth\n")
    with pytest.raises(BadFile, match="no column Day"):
        road.salting(file, timedelta(hours=1))


def test_wet_hours_are_counted_apart_from_dry_ones() -> None:
    """Two of three wet hours, one of two dry ones."""
    computed, measured = np.array([1, 1, 0, 1, 0], bool), np.array([1, 1, 1, 0, 0], bool)
    assert road.wet_hours(computed, measured) == pytest.approx((200 / 3, 50.0))
