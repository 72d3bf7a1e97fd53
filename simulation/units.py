"""Units of measurement: SI inside, the planner's unit in the files, converted once at the border.

A field's type carries both: ``Speed`` holds m/s and is written in files as km/h under the column
``<field>_kmh``. Loaders, templates and the JSON Schema read the unit from the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

_SUFFIX = {"%": "pct", "°C": "c", "1": "", "people": ""}


@dataclass(frozen=True)
class Unit:
    """The SI unit a value is held in and the unit it is written in: ``held = written * factor``."""

    si: str
    written: str
    factor: float = 1.0

    @property
    def suffix(self) -> str:
        """What a column or key of this unit ends with, such as ``kmh``; empty for pure numbers."""
        return _SUFFIX.get(self.written, self.written.replace("/", "").replace("·", ""))


@dataclass(frozen=True)
class Usual:
    """Where values of a field usually lie, in SI. One outside is a slip of the pen or of the unit more often
    than not: it is remarked upon, not refused (limits that no value passes are ``ge`` and ``le``).
    """

    low: float
    high: float


Metres = Annotated[float, Unit("m", "m")]
MetresAsCentimetres = Annotated[float, Unit("m", "cm", 0.01)]
SquareMetres = Annotated[float, Unit("m2", "m2")]
CubicMetres = Annotated[float, Unit("m3", "m3")]
Seconds = Annotated[float, Unit("s", "s")]
SecondsAsMinutes = Annotated[float, Unit("s", "min", 60.0)]
SecondsAsHours = Annotated[float, Unit("s", "h", 3600.0)]
Speed = Annotated[float, Unit("m/s", "km/h", 1 / 3.6)]
WindSpeed = Annotated[float, Unit("m/s", "m/s")]
Kilograms = Annotated[float, Unit("kg", "kg")]
KilogramsAsTonnes = Annotated[float, Unit("kg", "t", 1000.0)]
KilogramsPerSecond = Annotated[float, Unit("kg/s", "t/h", 1000.0 / 3600.0)]
FuelRate = Annotated[float, Unit("kg/s", "kg/h", 1 / 3600.0)]
Flow = Annotated[float, Unit("m3/s", "m3/h", 1 / 3600.0)]
Dose = Annotated[float, Unit("kg/m2", "g/m2", 0.001)]
WaterEquivalent = Annotated[float, Unit("kg/m2", "mm")]
"""Millimetres of water: 1 mm over 1 m2 weighs 1 kg."""
PrecipitationRate = Annotated[float, Unit("kg/m2/s", "mm/h", 1 / 3600.0)]
Celsius = Annotated[float, Unit("°C", "°C")]
Percent = Annotated[float, Unit("1", "%", 0.01)]
PerHour = Annotated[float, Unit("1/s", "per_h", 1 / 3600.0)]
MoneyPerHour = Annotated[float, Unit("CNY/s", "cny/h", 1 / 3600.0)]
MoneyPerTonne = Annotated[float, Unit("CNY/kg", "cny/t", 0.001)]


def usual_of(metadata: list[Any] | tuple[Any, ...]) -> Usual | None:
    """The usual range among a field's annotations, or None."""
    return next((m for m in metadata if isinstance(m, Usual)), None)


def unit_of(metadata: list[Any] | tuple[Any, ...]) -> Unit | None:
    """The unit among a field's annotations (pydantic's ``FieldInfo.metadata``), or None."""
    return next((m for m in metadata if isinstance(m, Unit)), None)
