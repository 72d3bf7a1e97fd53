"""The nouns: what a scenario is made of. Frozen, SI inside, every field described where it stands.

Files are written in the planner's units; ``scenarios`` converts on the way in (see ``units``).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulation.units import (
    Celsius,
    CubicMetres,
    Dose,
    Flow,
    FuelRate,
    Kilograms,
    KilogramsAsTonnes,
    KilogramsPerSecond,
    Metres,
    MetresAsCentimetres,
    MoneyPerHour,
    MoneyPerTonne,
    Percent,
    PerHour,
    PrecipitationRate,
    SecondsAsHours,
    SecondsAsMinutes,
    Speed,
    SquareMetres,
    Usual,
    WaterEquivalent,
    WindSpeed,
)

Verb = Literal[
    "plough", "spread", "haul", "clear_footway", "pump", "clear_inlet", "sandbag", "close", "guard"
]
Tier = Literal["city", "district", "street", "community"]
Level = Literal["IV", "III", "II", "I"]
Colour = Literal["blue", "yellow", "orange", "red"]
HazardName = Literal["snow", "water"]
DrainageEngine = Literal["swmm", "native"]
Grade = Literal["light", "moderate", "heavy", "storm"]
RoadClass = Literal["expressway", "arterial", "secondary", "local"]
Structure = Literal["none", "bridge", "tunnel", "underpass", "culvert"]
PlaceKind = Literal[
    "hospital", "fire_station", "school", "metro", "park", "dump_site", "waterlogging", "underpass",
    "pumping_station", "bridge", "culvert", "bus_stop", "footbridge",
]  # fmt: skip
InjectKind = Literal["breakdown", "outage", "surge", "call", "no_show", "report_loss", "closure", "note"]

LEVELS: tuple[Level, ...] = ("IV", "III", "II", "I")
"""Response levels from the lowest to the highest."""

NonNegative = Field(ge=0)
Positive = Field(gt=0)


class Noun(BaseModel):
    """Base of all nouns: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Name(Noun):
    """A name in Chinese and English; a bare string in a file stands for both."""

    zh: str = Field(min_length=1)
    """Name in Chinese."""
    en: str = Field(min_length=1)
    """Name in English."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"zh": value, "en": value} if isinstance(value, str) else value

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else f"{self.zh} {self.en}"


# --------------------------------------------------------------------------- city


class Segment(Noun):
    """A piece of road between two junctions; both directions unless ``oneway``."""

    id: str = Field(min_length=1)
    """Name of the segment in orders and tables."""
    road: Name
    """Name of the road it belongs to."""
    start: str
    """Junction where it starts."""
    end: str
    """Junction where it ends."""
    line: tuple[tuple[float, float], ...] = Field(min_length=2)
    """Longitude and latitude (WGS84) of its vertices, from start to end."""
    road_class: RoadClass
    """Class of road; the crew's speed and the goals go by ``priority``."""
    priority: int = Field(ge=1, le=4)
    """Clearing priority, 1 first."""
    length: Annotated[Metres, Usual(1, 20_000)] = Positive
    """Length along the road; measured from the line where it is left out of the file."""
    lanes: int = Field(ge=1, le=16)
    """Motor lanes of both directions together."""
    width: Annotated[Metres, Usual(2.5, 60)] = Field(gt=0, le=120)
    """Carriageway width that is cleared."""
    footway_width: Annotated[Metres, Usual(0, 20)] = Field(default=0, ge=0, le=100)
    """Footways that the district clears, both sides together; 0 = none."""
    speed: Annotated[Speed, Usual(1.38, 33.4)] = Field(gt=0, le=40)
    """Free-flow speed (at most 40 m/s = 144 km/h)."""
    oneway: bool = False
    """Open to traffic from start to end only."""
    structure: Structure = "none"
    """Bridges freeze first; underpasses and tunnels may be closed."""
    office: str = ""
    """Street office responsible for it; empty where none is named."""
    low_point: str | None = None
    """Drain node at its low point; the water there is the water on the segment."""


class Place(Noun):
    """A critical place or a site of work: hospital, fire station, waterlogging point, underpass."""

    id: str = Field(min_length=1)
    """Name of the place in orders and tables."""
    name: Name
    """Name as it is shown."""
    kind: PlaceKind
    """What it is."""
    lon: float = Field(ge=-180, le=180)
    """Longitude (WGS84)."""
    lat: float = Field(ge=-90, le=90)
    """Latitude (WGS84)."""
    office: str = ""
    """Street office responsible for it; empty where none is named."""
    drain_node: str | None = None
    """Drain node whose water stands at this place."""
    segment: str | None = None
    """Segment it lies on, for structures and waterlogging points."""
    capacity: CubicMetres = Field(default=0, ge=0)
    """Snow a dump site can take, as it lies in a bank."""
    takes_salted: bool = True
    """Whether a dump site takes snow with de-icer in it; not on a park's green or by a river."""
    area: Annotated[SquareMetres, Usual(0, 5000)] = Field(default=0, ge=0, le=100_000)
    """Of a stop or footbridge, to be cleared by hand with the footway it stands on."""


class Office(Noun):
    """A street office (jiedao): the third tier of command."""

    id: str = Field(min_length=1)
    """Name of the office in tables."""
    name: Name
    """Name as it is shown."""
    lon: float = Field(default=0, ge=-180, le=180)
    """Longitude of its seat (WGS84)."""
    lat: float = Field(default=0, ge=-90, le=90)
    """Latitude of its seat (WGS84)."""


class City(Noun):
    """The district: roads, places, offices and its drain model."""

    id: str
    """Name of the city in files."""
    name: Name
    """Name as it is shown."""
    note: Name | None = None
    """What a reader must know, such as 'schematic reconstruction'; shown wherever the city is."""
    segments: tuple[Segment, ...] = Field(min_length=1)
    """Roads, piece by piece."""
    places: tuple[Place, ...] = ()
    """Critical places and sites of work."""
    offices: tuple[Office, ...] = ()
    """Street offices."""
    drains: str | None = None
    """Text of the EPA SWMM model (.inp); None where no drains are modelled."""


# --------------------------------------------------------------------------- fleet


class Kind(Noun):
    """A kind of equipment, a row of the catalogue; hand squads are a kind too."""

    id: str = Field(min_length=1)
    """Name of the kind in tables."""
    name: Name
    """Name as it is shown."""
    abilities: tuple[Verb, ...] = Field(min_length=1)
    """What it can do."""
    travel_speed: Annotated[Speed, Usual(1, 25)] = Field(gt=0, le=40)
    """Top speed when driving to work."""
    work_speed_major: Annotated[Speed, Usual(0, 16.7)] = Field(default=0, ge=0, le=25)
    """Ploughing or spreading on classes 1 and 2; stops and turns are in ``efficiency``."""
    work_speed_minor: Annotated[Speed, Usual(0, 16.7)] = Field(default=0, ge=0, le=25)
    """The same on classes 3 and 4."""
    efficiency: Percent = Field(default=1.0, gt=0, le=1)
    """Share of working time that is not lost to lights, turns and traffic."""
    width: Annotated[Metres, Usual(0, 15)] = Field(default=0, ge=0, le=30)
    """Width cleared or treated in one pass."""
    hopper: Annotated[KilogramsAsTonnes, Usual(0, 25_000)] = Field(default=0, ge=0, le=100_000)
    """De-icer or bags it carries."""
    pump_rate: Annotated[Flow, Usual(0, 3)] = Field(default=0, ge=0, le=30)
    """Rated pumping."""
    pump_yield: Percent = Field(default=1.0, gt=0, le=1)
    """Share of the rated pumping that is reached in street water with debris."""
    inlets_per_hour: Annotated[PerHour, Usual(0, 60 / 3600)] = Field(default=0, ge=0, le=1)
    """Street inlets it clears."""
    haul_rate: Annotated[Flow, Usual(0, 1)] = Field(default=0, ge=0, le=10)
    """Snow of a bank that its loader or blower loads while a truck stands by."""
    trucks: Annotated[int, Usual(0, 40)] = Field(default=0, ge=0, le=1000)
    """Trucks that drive its snow to the dump site; 0 = never short of one."""
    truck_volume: Annotated[CubicMetres, Usual(0, 40)] = Field(default=0, ge=0, le=200)
    """Snow one of them carries."""
    crew: Annotated[int, Usual(1, 50)] = Field(ge=1, le=1000)
    """People it needs."""
    stint: Annotated[SecondsAsHours, Usual(0, 4 * 3600)] = Field(default=0, ge=0, le=24 * 3600)
    """Longest time outdoors before its people warm up; 0 = they sit in a cab."""
    setup: Annotated[SecondsAsMinutes, Usual(0, 7200)] = Field(default=0, ge=0, le=86400)
    """From arrival to work (hoses, barriers)."""
    wading_depth: MetresAsCentimetres = Field(default=0.3, gt=0, le=1.5)
    """Deepest water it drives through."""
    fuel_tank: Kilograms = Field(default=0, ge=0)
    """Fuel it carries; 0 for those that need none."""
    fuel_rate: FuelRate = Field(default=0, ge=0)
    """Fuel burned while driving or working."""
    mean_time_between_failures: SecondsAsHours = Field(default=0, ge=0)
    """Operating time between failures; 0 = never fails."""
    repair_time: SecondsAsHours = Field(default=7200, ge=0)
    """Mean time that a failure takes."""
    cost: MoneyPerHour = Field(default=0, ge=0)
    """Cost while at work, people included."""
    source: str = ""
    """Where the figures come from, with their confidence."""

    @model_validator(mode="after")
    def _trucks_carry(self) -> Kind:
        if self.trucks and not self.truck_volume:
            raise ValueError("there are trucks that carry nothing: give the volume of one")
        return self


class Material(Noun):
    """A consumable: de-icer, grit, sandbags, fuel."""

    id: str = Field(min_length=1)
    """Name of the material in tables."""
    name: Name
    """Name as it is shown."""
    use: Literal["deicer", "abrasive", "bag", "fuel"]
    """What it is for."""
    freezing_a: float = 0.0
    """Freezing curve, a: see ``freezing_c``."""
    freezing_b: float = 0.0
    """Freezing curve, b: see ``freezing_c``."""
    freezing_c: float = 0.0
    """Mass percent that just does not freeze at T degC: a T^2 + b T + c (FHWA-RD-95-202)."""
    floor: Celsius = Field(default=0.0, ge=-60, le=0)
    """Coldest road surface at which it is spread."""
    piece: Kilograms = Field(default=0, ge=0)
    """Mass of one piece (a bag); 0 for bulk."""
    cost: MoneyPerTonne = Field(default=0, ge=0)
    """Price."""
    source: str = ""
    """Where the figures come from, with their confidence."""


class Depot(Noun):
    """A yard: where crews start, load, refuel and rest."""

    id: str = Field(min_length=1)
    """Name of the depot in tables."""
    name: Name
    """Name as it is shown."""
    lon: float = Field(ge=-180, le=180)
    """Longitude (WGS84)."""
    lat: float = Field(ge=-90, le=90)
    """Latitude (WGS84)."""
    office: str = ""
    """Street office it lies in; empty where none is named."""
    bays: Annotated[int, Usual(1, 20)] = Field(default=1, ge=1, le=50)
    """Vehicles loaded at the same time."""
    loading_rate: Annotated[KilogramsPerSecond, Usual(0.5, 170)] = Field(default=16.7, gt=0)
    """Material loaded a bay (default 60 t/h: a wheel loader; engineering estimate)."""
    turnaround: Annotated[SecondsAsMinutes, Usual(0, 7200)] = Field(default=600, ge=0, le=86400)
    """Fixed time of a stop: weigh, sheet, paperwork (MDSS counts 30 min for a whole reload)."""


class Stock(Noun):
    """Material in a depot at the start, and what is on order."""

    depot: str
    """Where it lies."""
    material: str
    """What it is."""
    amount: Annotated[KilogramsAsTonnes, Usual(0, 10e6)] = Field(ge=0, le=1e9)
    """How much there is when the run starts."""
    ordered: Annotated[KilogramsAsTonnes, Usual(0, 10e6)] = Field(default=0, ge=0, le=1e9)
    """How much more of it a supplier brings while the run goes on."""
    arrives: SecondsAsHours = Field(default=0, ge=0)
    """When what was ordered is in the yard, since the start of the run, however the roads are."""


class Team(Noun):
    """A body of people with skills, shifts and a place in the command; its machines are ``Equipment``."""

    id: str = Field(min_length=1)
    """Name of the team in tables."""
    name: Name
    """Name as it is shown."""
    unit: Name
    """Responsible body, as it is named in duty lists."""
    tier: Tier
    """Tier of command it belongs to; orders come down to it tier by tier."""
    office: str = ""
    """Street office it works for; empty where none is named."""
    depot: str
    """Where it musters and rests."""
    people: Annotated[int, Usual(1, 1000)] = Field(ge=1, le=100_000)
    """On the roll; ``relief`` shifts share them."""
    skills: tuple[Verb, ...] = Field(min_length=1)
    """What its people are trained for; a crew does what both people and machine can."""
    callout: Level = "IV"
    """Lowest response level at which it is called out."""
    muster: Annotated[SecondsAsMinutes, Usual(0, 4 * 3600)] = Field(default=1800, ge=0, le=86400)
    """Call to ready, during its duty hours."""
    callout_delay: Annotated[SecondsAsMinutes, Usual(0, 8 * 3600)] = Field(default=3600, ge=0, le=86400)
    """The same outside its duty hours."""
    duty_from: SecondsAsHours = Field(default=0, ge=0, le=86400)
    """Start of its duty hours, local time of day."""
    duty_to: SecondsAsHours = Field(default=86400, gt=0, le=2 * 86400)
    """End of its duty hours; past midnight counts on: 07:00 next day is 31."""
    max_duty: SecondsAsHours = Field(default=12 * 3600, gt=0, le=36 * 3600)
    """Longest time at work before rest or relief."""
    rest: SecondsAsHours = Field(default=8 * 3600, ge=0, le=48 * 3600)
    """Rest after ``max_duty`` where no relief takes over."""
    relief: int = Field(default=1, ge=1, le=4)
    """Complete crews that take turns; 2 or more keep a machine going with a handover."""

    @model_validator(mode="after")
    def _shift_runs_forward(self) -> Team:
        if self.duty_to <= self.duty_from:
            raise ValueError(
                "the shift ends before it starts; a shift past midnight counts on: 07:00 next day is 31"
            )
        return self


class Equipment(Noun):
    """Machines (or hand squads) of one kind that a team mans."""

    id: str = Field(min_length=1)
    """Name of the row; its crews are ``id/1``, ``id/2`` ..."""
    kind: str
    """Kind of machine, a row of the catalogue."""
    count: Annotated[int, Usual(0, 100)] = Field(ge=0, le=1000)
    """How many there are; each is a crew of its own. 0 = a place that stands empty."""
    team: str
    """Team that mans them."""
    depot: str = ""
    """Where they stand; empty = the team's depot."""
    material: str = ""
    """What its hopper starts with; empty = the first de-icer of the depot."""


class Fleet(Noun):
    """Who and what there is to fight the storm with."""

    kinds: tuple[Kind, ...]
    """Kinds of equipment."""
    materials: tuple[Material, ...]
    """Materials."""
    depots: tuple[Depot, ...] = Field(min_length=1)
    """Yards."""
    stock: tuple[Stock, ...] = ()
    """What lies in them."""
    teams: tuple[Team, ...] = ()
    """Teams."""
    equipment: tuple[Equipment, ...] = ()
    """Their machines."""


# --------------------------------------------------------------------------- storm


class Weather(Noun):
    """The weather from ``t`` until the next row."""

    t: SecondsAsHours = NonNegative
    """Since the start of the run."""
    precipitation: Annotated[PrecipitationRate, Usual(0, 250 / 3600)] = Field(ge=0, le=0.2)
    """Melted water, rain and snow together (0.2 kg/m2/s = 720 mm/h)."""
    air: Annotated[Celsius, Usual(-45, 45)] = Field(ge=-60, le=55)
    """Air temperature 2 m above ground."""
    humidity: Percent = Field(default=0.8, ge=0, le=1)
    """Relative humidity."""
    wind: Annotated[WindSpeed, Usual(0, 45)] = Field(default=2.0, ge=0, le=90)
    """Wind speed 10 m above ground."""
    cloud: Percent | None = Field(default=None, ge=0, le=1)
    """Share of the sky under clouds; blank: all of it while something falls, else 60 %."""


class Warning(Noun):
    """A warning of the weather service."""

    t: SecondsAsHours
    """When it was issued; before 0 where it came before the run starts."""
    hazard: HazardName
    """What is warned of."""
    colour: Colour
    """How urgently: blue, yellow, orange, red."""


class RiverStage(Noun):
    """Water level at the outfalls above their invert, from ``t`` until the next row."""

    t: SecondsAsHours = NonNegative
    """Since the start of the run."""
    stage: Annotated[Metres, Usual(0, 15)] = Field(ge=0, le=100)
    """Water above the outfalls' invert."""


class Forecast(Noun):
    """What the command post is told beforehand; drawn per run around the truth."""

    horizon: SecondsAsHours = Field(default=6 * 3600, gt=0)
    """How far ahead it looks."""
    amount_error: float = Field(default=0.3, ge=0, le=2)
    """Log-standard-deviation of the amount one horizon ahead; shrinks with lead time."""
    timing_error: SecondsAsMinutes = Field(default=1800, ge=0)
    """Standard deviation of the onset one horizon ahead."""


class Storm(Noun):
    """Weather over the district."""

    id: str
    """Name of the storm; its file's name where left out."""
    name: Name
    """Name as it is shown."""
    note: Name | None = None
    """Such as 'reconstruction: only 16-17 h was observed'; shown wherever the storm is."""
    start: datetime
    """Local time of second 0, with offset."""
    weather: tuple[Weather, ...] = Field(min_length=1)
    """Weather row by row, each until the next."""
    warnings: tuple[Warning, ...] = ()
    """Warnings of the weather service."""
    river: tuple[RiverStage, ...] = ()
    """Level at the outfalls; none = they are free."""
    forecast: Forecast = Forecast()
    """How good the forecasts are."""


# --------------------------------------------------------------------------- command and goals


class ResponseRule(Noun):
    """Which response level a warning leads to, and how long the decision takes."""

    hazard: HazardName
    """What is warned of."""
    colour: Colour
    """Colour of the warning."""
    level: Level
    """Response level that it leads to."""
    delay: SecondsAsMinutes = Field(default=20 * 60, ge=0)
    """From the warning to the decision."""


class LevelChange(Noun):
    """A response level declared at a set time, as history recorded it."""

    t: SecondsAsHours
    """Since the start of the run."""
    level: Level | Literal["none"]
    """Level from then on; none = stood down."""


class StandingOrder(Noun):
    """What happens by itself when a level is reached."""

    level: Level
    """Level from which it holds."""
    hazard: HazardName
    """Hazard it belongs to."""
    act: Literal["close_underpasses", "guard_waterlogging"]
    """What happens by itself."""


class Command(Noun):
    """The four tiers: who decides when, how fast orders go down and reports come up."""

    rules: tuple[ResponseRule, ...] = ()
    """Which warning leads to which level."""
    timeline: tuple[LevelChange, ...] = ()
    """Set levels; where given, the rules are not used."""
    standing_orders: tuple[StandingOrder, ...] = ()
    """What happens by itself at a level."""
    relay: dict[Tier, SecondsAsMinutes] = Field(
        default={"city": 300, "district": 60, "street": 120, "community": 300}
    )
    """Time an order needs at each tier on its way down, and a report on its way up."""
    report_period: tuple[SecondsAsMinutes, ...] = Field(
        default=(1800, 3600, 7200, 14400), min_length=4, max_length=4
    )
    """Time between two reports from a segment, for priorities 1 to 4."""
    gauge_period: SecondsAsMinutes = Field(default=300, gt=0)
    """Time between two readings of an underpass or waterlogging gauge."""
    decide_every: SecondsAsMinutes = Field(default=900, ge=60, le=6 * 3600)
    """Routine decision points."""
    police_delay: SecondsAsMinutes = Field(default=1200, ge=0)
    """From a Close order's arrival at the police to the barrier."""


GradeHours = dict[Grade, SecondsAsHours]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Goals(Noun):
    """What counts as good enough, by priority class and grade of storm."""

    clear: tuple[GradeHours, ...] = Field(
        default=(
            {"light": 14400, "moderate": 21600, "heavy": 43200, "storm": 57600},
            {"light": 21600, "moderate": 28800, "heavy": 57600, "storm": 86400},
            {"light": 43200, "moderate": 43200, "heavy": 86400, "storm": 129600},
            {"light": 43200, "moderate": 86400, "heavy": 129600, "storm": 172800},
        ),
        min_length=4,
        max_length=4,
    )
    """Time after precipitation stops until 95 % of a class's lane-length is clear."""
    first_pass: tuple[SecondsAsHours, ...] = Field(
        default=(4 * 3600, 8 * 3600, 16 * 3600, 24 * 3600), min_length=4, max_length=4
    )
    """Time from the first settled snow until 95 % of a class was served once."""
    bridges: SecondsAsHours = Field(default=2 * 3600, gt=0)
    """Time from the first settled snow until all bridges are treated."""
    footways: GradeHours = {"light": 14400, "moderate": 21600, "heavy": 43200, "storm": 86400}
    """Time after precipitation stops until 95 % of the footways are clear (Linyi 2023; storm: a setting)."""
    footway_limit: WaterEquivalent = Field(default=1.0, gt=0)
    """Snow that may lie on a clear footway."""
    clear_limit: tuple[WaterEquivalent, ...] = Field(default=(1.0, 1.0, 2.0, 3.0), min_length=4, max_length=4)
    """Snow and ice that may lie on a clear road, for priorities 1 to 4."""
    depth_limit: MetresAsCentimetres = Field(default=0.15, gt=0)
    """Water that a motor lane may carry (GB 51222: one lane at most 15 cm)."""
    close_depth: MetresAsCentimetres = Field(default=0.25, gt=0)
    """Water at which an underpass must already be closed."""
    reach: SecondsAsMinutes = Field(default=1800, gt=0)
    """Time from order to arrival at a hot-spot."""
    critical_access: SecondsAsHours = Field(default=3600, ge=0)
    """Longest time a hospital or fire station may be cut off."""
    ready_by: dict[HazardName, MonthDay] = {}
    """Day, month-day such as '05-15', by which all must be ready for the season; none where no plan names one."""


# --------------------------------------------------------------------------- physics


class SnowPhysics(Noun):
    """Parameters of snow and ice on roads; sources in ``hazards/snow.py`` and ``hazards/ice.py``."""

    snow_wet_bulb_low: Celsius = 0.5
    """At and below this wet bulb all precipitation is snow."""
    snow_wet_bulb_high: Celsius = 1.5
    """At and above this all is rain."""
    plough_residual: WaterEquivalent = Field(default=1.0, ge=0)
    """What a blade leaves (METRo, MDSS)."""
    plough_hardpack_share: Percent = Field(default=0.3, ge=0, le=1)
    """Share of hardpack that a blade takes (NORTRIP, ice)."""
    plough_salt_loss: Percent = Field(default=0.3, ge=0, le=1)
    """Share of salt that goes with the snow (NORTRIP)."""
    compaction_time: tuple[SecondsAsHours, ...] = Field(
        default=(14400, 21600, 43200, 86400), min_length=4, max_length=4
    )
    """Time constant of traffic pressing dry loose snow to hardpack, by priority (no source; a setting)."""
    melt_time: SecondsAsMinutes = Field(default=3600, gt=0)
    """Time constant of melting by salt (NORTRIP)."""
    drain_time: SecondsAsMinutes = Field(default=330, gt=0)
    """Time constant of water leaving the surface (METRo)."""
    film: WaterEquivalent = Field(default=0.2, ge=0)
    """Water that stays on the road (METRo)."""
    sky_view: Percent = Field(default=0.5, ge=0, le=1)
    """Share of the sky that roads see between houses (as wide as high: 0.4; open land: 1)."""
    sun_share: Percent = Field(default=0.25, ge=0, le=1)
    """Share of the sun's heat that reaches roads between houses (half the sky view, as in Hornsgatan, Stockholm)."""
    ground_temperature: Celsius = Field(default=4.0, ge=-30, le=30)
    """Of the ground a metre below roads in winter (a setting)."""
    minimum_dose: Dose = Field(default=0.008, ge=0)
    """Least dose at 0 degC; below, it rises with MaineDOT's bands to 1.9 times at -2.2 and 2.9 times at -6.7 degC."""
    maximum_dose: Dose = Field(default=0.035, gt=0)
    """Ceiling of a dose (MaineDOT's coldest band)."""


class WaterPhysics(Noun):
    """Parameters of street water; sources in ``hazards/water.py``."""

    engine: DrainageEngine = "swmm"
    """What carries the water in the drains: ``swmm`` (EPA SWMM 5.2, the reference) or ``native`` (SWMM's dynamic wave,
    computed by Stormyard; it refuses models with parts that it lacks)."""
    clog_start: Percent = Field(default=0.2, ge=0, le=1)
    """Share of inlet capacity lost to leaves and debris when the storm starts."""
    clog_per_flow: float = Field(default=0.15, ge=0)
    """Further share lost for each hour of flooding at the node."""
    clog_cleared: Percent = Field(default=0.05, ge=0, le=1)
    """Share still lost after a crew has cleared it."""
    pump_low_depth: MetresAsCentimetres = Field(default=0.2, gt=0)
    """A mobile pump draws only above this depth in the node (unguarded, continuity is lost)."""


class Physics(Noun):
    snow: SnowPhysics = SnowPhysics()
    """Parameters of snow and ice."""
    water: WaterPhysics = WaterPhysics()
    """Parameters of street water."""


# --------------------------------------------------------------------------- scenario


class InjectRow(Noun):
    """An event that an exercise controller or the scenario puts in."""

    t: SecondsAsHours = NonNegative
    """Since the start of the run."""
    kind: InjectKind
    """What happens."""
    target: str = ""
    """Crew, team, drain link, node, segment, place or office, as the kind asks."""
    value: float = 0.0
    """Hours of a breakdown or outage, share of a no-show, m3/s of a surge."""
    duration: SecondsAsHours = Field(default=0, ge=0)
    """How long it lasts; 0 = ``value`` gives the hours."""
    text: Name | None = None
    """Words that reach the command post."""


class ScriptStep(Noun):
    """A row of a plan book: what a crew is told to do, and when."""

    t: SecondsAsHours = NonNegative
    """Since the start of the run."""
    crew: str
    """Who is told: equipment id and number, such as ``plough-a/1``."""
    verbs: tuple[Verb, ...] = Field(min_length=1)
    """What it does, in one pass."""
    targets: tuple[str, ...] = Field(min_length=1)
    """Where, in this order."""


class Scenario(Noun):
    """All that a run needs besides the seed and the log."""

    id: str
    """Reference of the scenario."""
    name: Name
    """Name as it is shown."""
    city: City
    """The district."""
    fleet: Fleet
    """Who and what fights the storm."""
    storm: Storm
    """The weather."""
    command: Command = Command()
    """Who decides when."""
    goals: Goals = Goals()
    """What counts as good enough."""
    physics: Physics = Physics()
    """Parameters of the hazards."""
    hazards: Annotated[tuple[HazardName, ...], Field(min_length=1)] = ("snow",)
    """What the run reckons with: snow, water, or both."""
    dispatcher: str = "greedy"
    """Who gives the orders: greedy, assignment, scripted ..."""
    duration: Annotated[SecondsAsHours, Usual(3600, 10 * 86400)] = Field(gt=0, le=30 * 86400)
    """How long the run is."""
    respond: bool = True
    """False: no team acts (the variant ``no-response``)."""
    injects: tuple[InjectRow, ...] = ()
    """Events put in from outside."""
    plan_book: tuple[ScriptStep, ...] = ()
    """Steps of the ``scripted`` dispatcher."""

    def digest(self) -> str:
        """SHA-256 of the canonical JSON: the same nouns give the same digest on any machine."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
