"""Keys misspelt or twice, broken YAML, blocks that lack a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.faulty.slips import SCENARIO, Slip, slip, told_exactly
from tests.scenarios.folders import replace

SLIPS = [
    slip(
        "broken YAML",
        replace(SCENARIO, "hazards: [snow]", "hazards: [snow"),
        ("scenario.yaml line 1", "broken YAML", "check the indentation, quotes, brackets"),
    ),
    slip(
        "tab in YAML",
        replace(SCENARIO, "  decide_every_min", "\tdecide_every_min"),
        ("scenario.yaml line 29", "broken YAML", "indent with spaces, not with tabs"),
    ),
    slip(
        "key misspelt",
        replace(SCENARIO, "dispatcher:", "dispacher:"),
        ("scenario.yaml line 12", "unknown key 'dispacher'", "did you mean 'dispatcher'?"),
    ),
    slip(
        "key without its unit",
        replace(SCENARIO, "decide_every_min", "decide_every_s"),
        (
            "scenario.yaml line 29",
            "unknown key 'decide_every_s'",
            "did you mean 'decide_every_min'? it is read in min",
        ),
    ),
    slip(
        "key twice",
        replace(SCENARIO, "hours: 12", "hours: 12\nhours: 24"),
        ("scenario.yaml line 14", "'hours' stands twice, first in line 13", "remove one"),
    ),
    slip(
        "hours missing",
        replace(SCENARIO, "hours: 12\n", ""),
        ("scenario.yaml line 4", "'hours' is missing", "How long the run is"),
    ),
    slip(
        "hours too long",
        replace(SCENARIO, "hours: 12", "hours: 1000"),
        ("scenario.yaml line 13", "hours is 1000, it must be at most 720 h", "How long"),
    ),
    slip(
        "unknown hazard",
        replace(SCENARIO, "hazards: [snow]", "hazards: [snow, wind]"),
        ("scenario.yaml line 11", "'wind' is no hazard", "it is one of snow, water"),
    ),
    slip(
        "python object in YAML",
        replace(SCENARIO, "dispatcher: greedy", "dispatcher: !!python/object/apply:os.system [ls]"),
        ("scenario.yaml line 12", "is not allowed", "files are data"),
    ),
    slip(
        "too few goals",
        replace(SCENARIO, "    - {light: 12, moderate: 24, heavy: 36, storm: 48}\n", ""),
        ("scenario.yaml line 33", "'clear_h' has 3 entries, it needs at least 4", "95 %"),
    ),
    slip(
        "goal for an unknown grade",
        replace(SCENARIO, "{light: 4,", "{lihgt: 4,"),
        ("scenario.yaml line 34", "'lihgt' has no place in 'clear_h'", "did you mean 'light'?"),
    ),
    slip(
        "extends nothing",
        replace(SCENARIO, "fleet: fleet", "fleet: fleet\nextends: ../bsae"),
        ("scenario.yaml line 9", "'extends' names '../bsae', but no scenario is there", ""),
    ),
]


@pytest.mark.parametrize("spoilt", SLIPS, ids=lambda spoilt: spoilt.name)
def test_a_slip_is_told_exactly(spoilt: Slip, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    told_exactly(spoilt, sample)
