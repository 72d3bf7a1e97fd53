"""Reading [INFILTRATION]: the method of each subcatchment and its parameters as the kernel takes them.

Parameters of a method, SI (see ``land_kernel`` for what becomes of them):

- Horton, modified Horton: first and last rate m/s, decay 1/s, regeneration 1/s (98 % dry after the drying time),
  most water m (0 = no limit);
- Green-Ampt, modified Green-Ampt: suction m, conductivity m/s, greatest moisture deficit, depth of the upper
  zone in feet (Mein's equation, as SWMM has it);
- curve number: greatest capacity m, regeneration 1/s, s without rain after which a new event begins.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.drainage.inp import FOOT, MM_PER_INCH, Row
from simulation.drainage.native.curves import HOUR
from simulation.drainage.native.land_state import (
    CURVE_NUMBER,
    GREEN_AMPT,
    HORTON,
    MODIFIED_GREEN_AMPT,
    MODIFIED_HORTON,
    NO_SOIL,
)
from simulation.drainage.native.words import Words

METHODS = ("HORTON", "MODIFIED_HORTON", "GREEN_AMPT", "MODIFIED_GREEN_AMPT", "CURVE_NUMBER")
_DAY = 86400.0
_SHORTEST = 1e-6
"""Days that stand for a drying time of 0, as in SWMM."""
_DRY_SHARE = 0.98


def read_infiltration(words: Words, land: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """(methods (S,), parameters (S, 5)); ``land`` gives each subcatchment's index by its name in capitals."""
    method = np.full(len(land), NO_SOIL, dtype=np.int8)
    parameters = np.zeros((len(land), 5))
    option, line = words.option("INFILTRATION")
    if option and option not in METHODS:
        words.problem(line, f"'{option}' is no method of infiltration", f"choose from {', '.join(METHODS)}")
    for row in words.inp.rows("INFILTRATION"):
        place = land.get(row.words[0].upper())
        if place is None:
            continue
        own = row.words[-1].upper()
        name = own if own in METHODS else option
        chosen = METHODS.index(name) if name in METHODS else HORTON
        if own in METHODS:
            row = Row(row.line, row.words[:-1])
        method[place] = chosen
        parameters[place] = {
            HORTON: _horton, MODIFIED_HORTON: _horton, GREEN_AMPT: _green_ampt, MODIFIED_GREEN_AMPT: _green_ampt,
            CURVE_NUMBER: _curve_number,
        }[chosen](words, row)  # fmt: skip
    return method, parameters


def _depth(words: Words) -> float:
    """m in the model's unit of rain depth."""
    return 1e-3 if words.inp.metric else 1e-3 * MM_PER_INCH


def _horton(words: Words, row: Row) -> list[float]:
    rate = _depth(words) / HOUR
    first = rate * words.number(row, 1, "greatest infiltration rate", least=0.0)
    last = rate * words.number(row, 2, "least infiltration rate", least=0.0)
    if first < last:
        words.problem(
            row.line, f"the infiltration rates of '{row.words[0]}' rise", "the greatest comes first"
        )
    decay = words.number(row, 3, "decay of the infiltration rate", least=0.0) / HOUR
    days = words.number(row, 4, "drying time", least=0.0) or _SHORTEST
    most = _depth(words) * words.number(row, 5, "greatest infiltration volume", 0.0, least=0.0)
    return [first, last, decay, -math.log(1 - _DRY_SHARE) / (days * _DAY), most]


def _green_ampt(words: Words, row: Row) -> list[float]:
    suction = _depth(words) * words.number(row, 1, "suction head", least=0.0)
    conductivity = _depth(words) / HOUR * words.number(row, 2, "conductivity", least=0.0)
    deficit = words.number(row, 3, "moisture deficit", least=0.0)
    if conductivity == 0.0:
        words.problem(row.line, f"the conductivity of '{row.words[0]}' is 0", "it must be above 0")
    if deficit > 1:
        words.problem(
            row.line, f"the moisture deficit of '{row.words[0]}' is {deficit:g}", "it is a share, 0-1"
        )
    inches_an_hour = conductivity / FOOT * 12 * HOUR
    return [suction, conductivity, deficit, 4 * math.sqrt(inches_an_hour) / 12, 0.0]


def _curve_number(words: Words, row: Row) -> list[float]:
    number = min(max(words.number(row, 1, "curve number"), 10.0), 99.0)
    days = words.number(row, 3, "drying time", least=0.0)
    if days == 0.0:
        words.problem(row.line, f"the drying time of '{row.words[0]}' is 0", "it must be above 0")
        days = 1.0
    regeneration = 1 / (days * _DAY)
    return [(1000 / number - 10) / 12 * FOOT, regeneration, 0.06 / regeneration, 0.0, 0.0]
