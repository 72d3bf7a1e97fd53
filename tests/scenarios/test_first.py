"""The shipped tiny scenarios load."""

import pytest

from scenarios.load import load


@pytest.mark.parametrize("reference", ["tiny/snow", "tiny/flood"])
def test_tiny_scenarios_load(reference: str) -> None:
    """Both are complete, and say that the town is made up."""
    scenario = load(reference)
    assert len(scenario.city.segments) == 24
    assert scenario.city.note is not None and "made-up" in scenario.city.note.en
