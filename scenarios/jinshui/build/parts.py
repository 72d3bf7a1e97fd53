"""What the drain model is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from scenarios.jinshui.build.ground import Point, distance

Ways = dict[str, dict[str, tuple[float, float]]]
"""For each street the streets it leads to: length along the roads in m, width of the carriageway in m."""


@dataclass
class Street:
    """A street with the sewer below it: a node of the model, whose rim is the carriageway."""

    id: str
    at: Point
    rim: float
    invert: float = 0.0
    area: float = 0.0
    """m2 that drain to it."""
    impervious: float = 0.0
    """Percent."""
    ponded: float = 0.0
    """m2 of carriageway that water above the rim spreads over."""

    @property
    def effective(self) -> float:
        """Area times runoff coefficient, m2 (0.9 paved, 0.15 green: flood.md 4)."""
        return self.area * (0.9 * self.impervious + 0.15 * (100 - self.impervious)) / 100


@dataclass
class Pipe:
    """A sewer from a street to the next one or to its outfall."""

    start: str
    end: str
    length: float
    width: float
    height: float
    """Equal to the width where it is round."""
    start_invert: float
    end_invert: float
    limit: float = 0.0
    """What its inlets let in, m3/s; 0 = no limit but its own."""

    @property
    def round(self) -> bool:
        return self.width == self.height


@dataclass
class Pit:
    """A tunnel or underpass: its low point with sump, the room over its ramps, and its pumping station."""

    street: Street
    ramp_width: float
    depth: float
    """From the streets at its mouths down to the low point, m."""
    station: float
    """Pumping station, m3/s."""
    mouths: tuple[str, ...]
    """The street that spills into each of its ramps; one street stands twice where it meets both."""


@dataclass
class Spill:
    """A way over the rims between two streets, or from a street over a river bank."""

    start: str
    """The higher of the two."""
    end: str
    width: float


@dataclass
class Drains:
    """Everything that the .inp is written from."""

    streets: dict[str, Street] = field(default_factory=dict)
    sags: dict[str, Street] = field(default_factory=dict)
    """Waterlogging points, by id of the place."""
    pits: dict[str, Pit] = field(default_factory=dict)
    """Tunnels and underpasses, by id of the structure."""
    pipes: list[Pipe] = field(default_factory=list)
    outfalls: dict[str, float] = field(default_factory=dict)
    """Invert of each sewer's mouth in a river."""
    spills: list[Spill] = field(default_factory=list)
    banks: dict[str, str] = field(default_factory=dict)
    """Outfall of the street water that runs over a bank, and the street it comes from."""

    def nearest(self, at: Point) -> str:
        """Id of the street nearest to a point."""
        return min(self.streets, key=lambda name: (round(distance(self.streets[name].at, at), 3), name))
