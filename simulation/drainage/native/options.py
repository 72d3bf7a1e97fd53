"""How a model wants to be run: its [OPTIONS] with SWMM's defaults."""

from __future__ import annotations

from simulation.drainage.editing import model_duration, model_start
from simulation.drainage.inp import FOOT, Row
from simulation.drainage.native.layout import Options
from simulation.drainage.native.words import Words

_MIN_SURFACE = 12.566 * FOOT**2
"""m2, SWMM's default."""
_HEAD_TOLERANCE = 0.005 * FOOT
"""m."""
_TRIALS = 8
_NORMAL_FLOW = (0, 1, 2, -1)
_LEAST_STEP = 0.001
"""s."""


def read_options(words: Words) -> Options:
    """The options; refuses models that are not routed by dynamic wave."""
    routing, line = words.option("FLOW_ROUTING")
    if routing not in ("DYNWAVE", "DW"):
        words.refuse(line, f"flow routing by {routing or 'KINWAVE, the default,'}")
    if words.option("IGNORE_ROUTING")[0] == "YES":
        words.refuse(words.option("IGNORE_ROUTING")[1], "a model without routing")
    routing_step = max(_seconds(words, "ROUTING_STEP", 20.0), _LEAST_STEP)
    area = words.length**2 * _value(words, "MIN_SURFAREA", 0.0)
    tolerance = words.length * _value(words, "HEAD_TOLERANCE", 0.0)
    return Options(
        start=model_start(words.inp),
        duration=model_duration(words.inp),
        report_step=int(_seconds(words, "REPORT_STEP", 900.0)),
        routing_step=routing_step,
        minimum_step=max(min(_value(words, "MINIMUM_STEP", 0.5), routing_step), _LEAST_STEP),
        variable_step=_value(words, "VARIABLE_STEP", 0.75),
        lengthening_step=_value(words, "LENGTHENING_STEP", 0.0),
        max_trials=int(_value(words, "MAX_TRIALS", 0.0)) or _TRIALS,
        head_tolerance=tolerance or _HEAD_TOLERANCE,
        min_surface_area=area or _MIN_SURFACE,
        inertial_damping=_choice(words, "INERTIAL_DAMPING", ("NONE", "PARTIAL", "FULL"), 1),
        normal_flow=_NORMAL_FLOW[
            _choice(words, "NORMAL_FLOW_LIMITED", ("SLOPE", "FROUDE", "BOTH", "NONE"), 2)
        ],
        slot=_choice(words, "SURCHARGE_METHOD", ("EXTRAN", "SLOT"), 0) == 1,
        ponding=words.inp.ponding,
        rule_step=_seconds(words, "RULE_STEP", 0.0),
        wet_step=int(_seconds(words, "WET_STEP", 300.0)),
        dry_step=int(_seconds(words, "DRY_STEP", 3600.0)),
        skip_steady=_choice(words, "SKIP_STEADY_STATE", ("NO", "YES"), 0) == 1,
        system_flow_tolerance=_value(words, "SYS_FLOW_TOL", 5.0) / 100,
        lateral_flow_tolerance=_value(words, "LAT_FLOW_TOL", 5.0) / 100,
    )


def _row(words: Words, name: str) -> Row | None:
    value, line = words.option(name)
    return Row(line, (name, value)) if value else None


def _value(words: Words, name: str, default: float) -> float:
    row = _row(words, name)
    return words.number(row, 1, "value", default, least=0) if row else default


def _choice(words: Words, name: str, choices: tuple[str, ...], default: int) -> int:
    row = _row(words, name)
    return words.choice(row, 1, "value", choices, default) if row else default


def _seconds(words: Words, name: str, default: float) -> float:
    """A step given in seconds or as hours:minutes:seconds."""
    row = _row(words, name)
    if row is None:
        return default
    if ":" not in row.words[1]:
        return words.number(row, 1, "value", default, least=0)
    try:
        hours, minutes, seconds = [*(float(part) for part in row.words[1].split(":")), 0.0, 0.0][:3]
    except ValueError:
        words.problem(
            row.line, f"{name} is '{row.words[1]}', which is no time", "write hours:minutes:seconds"
        )
        return default
    return 3600 * hours + 60 * minutes + seconds
