"""Snow and ice on roads: two reservoirs (water; snow and ice) and a mass of salt on every segment.

Per segment, in kg/m2 of carriageway: loose ``snow``, ``ice`` (hardpack and refrozen water), ``film``
(water or brine), ``salt``, and the ``bank`` that ploughs pushed aside. The structure is that of METRo,
MDSS and NORTRIP; each step below names its source. Everything that falls is on the road, in a bank,
drained, evaporated or hauled, to rounding.
"""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np

from simulation import footways
from simulation.hazards import heat, ice
from simulation.hazards.advice import CLASS_WEIGHT, snow_jobs
from simulation.model import HazardName, Material
from simulation.record import FieldSpec
from simulation.situation import Jobs, Reported, joined
from simulation.weather import WeatherNow
from simulation.world import World

DEGREE_DAY = 4.0 / 86400.0
"""kg/m2/s/K that lying snow off the roads melts (2-5 mm/K/day, common knowledge)."""
SETTLING = 0.01 / 3600.0
"""1/s by which loose snow settles (setting, no source)."""
SPLASH = 3e-4
"""1/s at which traffic clears slush (METRo's drainage of the snow reservoir above 1 mm)."""
TRAFFIC = np.array([1.0, 0.7, 0.4, 0.2])
"""Traffic by priority against the busiest class (setting, no source)."""
INCH_PER_HOUR = 25.4 / 3600.0


class Snow:
    """The snow hazard; see the module's docstring for its reservoirs."""

    name: HazardName = "snow"
    tick = 300
    fields = (
        FieldSpec("snow", "kg m-2", "segment", "loose snow on the carriageway", 0.01),
        FieldSpec("ice", "kg m-2", "segment", "hardpack and ice on the carriageway", 0.01),
        FieldSpec("film", "kg m-2", "segment", "water or brine on the carriageway", 0.01),
        FieldSpec("salt", "kg m-2", "segment", "de-icer on the carriageway", 0.0001),
        FieldSpec("bank", "kg m-2", "segment", "snow pushed aside, per m2 of carriageway", 0.01),
        FieldSpec("bank_salt", "kg m-2", "segment", "de-icer in the snow pushed aside", 0.0001),
        FieldSpec("footway_snow", "kg m-2", "segment", "snow on the footways", 0.01),
        FieldSpec("snow_depth", "m", "segment", "depth of snow and ice", 0.0001),
        FieldSpec("road_temperature", "degC", "segment", "road surface temperature", 0.01),
    )

    def start(self, world: World) -> None:
        """Dry roads at the temperature of the first weather row."""
        count = len(world.network)
        for spec in self.fields:
            world.fields[spec.name] = np.zeros(count)
        footways.start(world)
        air = world.scenario.storm.weather[0].air
        world.fields["road_temperature"][:] = air
        world.fields["loose_depth"] = np.zeros(count)
        self._physics = world.scenario.physics.snow
        self._deicer = deicer(world.scenario.fleet.materials)
        self._rank = world.network.priority - 1
        self._compaction = np.array(self._physics.compaction_time)[self._rank]
        physics = self._physics
        self.place = heat.Place(
            sky_view=physics.sky_view, sun_share=physics.sun_share, deep=physics.ground_temperature
        )
        self.begun = world.scenario.storm.start
        self._latitude, self._longitude = float(world.network.lat.mean()), float(world.network.lon.mean())
        self._off_road = 0.0
        self._falling, self._snowing = 1.0, False

    def step(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Fall, heat, freeze or melt by salt, pack, splash, drain, dry: in that order, once a tick."""
        area = world.network.area
        fallen = weather.precipitation * seconds
        world.add("snow.fallen", fallen * area.sum())
        self._fall(world, weather, seconds)
        self._heat(world, weather, seconds)
        self._brine(world, seconds)
        self._pack(world, seconds)
        self._splash(world, seconds)
        self._drain(world, seconds)
        self._dry(world, weather, seconds)
        self._melt_off_road(world, weather, seconds)
        footways.step(world, weather, seconds)
        self._snowing = weather.snowfall > 0
        fields = world.fields
        fields["snow_depth"][:] = fields["loose_depth"] + fields["ice"] / ice.DENSITY
        world.doses.clear()
        self._falling = falling_factor(weather)

    def _fall(self, world: World, weather: WeatherNow, seconds: int) -> None:
        fields = world.fields
        new = weather.snowfall * seconds
        fields["snow"] += new
        fields["loose_depth"] += new / new_snow_density(weather.air, weather.wind)
        fields["loose_depth"] *= math.exp(-SETTLING * seconds)
        fields["film"] += weather.rain * seconds

    def _heat(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Surface temperature; a pavement above 0 degC melts what lies on it and cools by it."""
        fields = world.fields
        above = self._above(world.t, weather)
        temperature = ice.road_temperature(
            fields["road_temperature"], heat.towards(above, self.place, False),
            heat.towards(above, self.place, True), world.network.bridge, seconds,
        )  # fmt: skip
        solid = fields["snow"] + fields["ice"]
        rate = ice.CONTACT * np.maximum(temperature, 0.0) * seconds / ice.FUSION
        stored = np.maximum(temperature, 0.0) * ice.HEAT_CAPACITY / ice.FUSION
        melted = np.minimum(solid, np.minimum(rate, stored))
        fields["road_temperature"][:] = temperature - melted * ice.FUSION / ice.HEAT_CAPACITY
        self._to_film(fields, melted)

    def _above(self, t: float, weather: WeatherNow) -> heat.Sky:
        """The weather with the sun that the hour and its clouds give."""
        height = heat.sun_height(self.begun + timedelta(seconds=t), self._latitude, self._longitude)
        sun = heat.sun(height, weather.cloud)
        return heat.Sky(weather.air, weather.humidity, weather.wind, sun, weather.cloud)

    def _brine(self, world: World, seconds: int) -> None:
        """Brine moves toward the dilution that just does not freeze (FHWA curves, first order in time)."""
        fields = world.fields
        temperature = fields["road_temperature"]
        capacity = fields["salt"] * ice.melt_capacity(temperature, self._deicer)
        excess = fields["film"] - capacity
        cold = temperature < 0
        frozen = np.where(cold & (excess > 0), excess * -math.expm1(-seconds / ice.FREEZE_TIME), 0.0)
        fields["film"] -= frozen
        fields["ice"] += frozen
        wish = np.where(excess < 0, -excess * -math.expm1(-seconds / self._physics.melt_time), 0.0)
        self._to_film(fields, np.minimum(wish, fields["snow"] + fields["ice"]))

    @staticmethod
    def _to_film(fields: dict[str, np.ndarray], melted: np.ndarray) -> None:
        """Turn snow, then ice, into water."""
        from_snow = np.minimum(melted, fields["snow"])
        with np.errstate(invalid="ignore"):
            kept = np.where(fields["snow"] > 0, 1 - from_snow / fields["snow"], 0.0)
        fields["loose_depth"] *= kept
        fields["snow"] -= from_snow
        np.maximum(fields["ice"] - (melted - from_snow), 0.0, out=fields["ice"])
        fields["film"] += melted

    def _pack(self, world: World, seconds: int) -> None:
        """Traffic presses dry loose snow to hardpack (NRC/HRB: below 15 % free water).

        Brine gathers at the bottom: what must be wet for snow not to bond is the layer that a dose is
        reckoned for, the residual of a blade (the principle of anti-icing, NCHRP 526).
        """
        fields = world.fields
        snow = fields["snow"]
        bottom = np.minimum(snow, self._physics.plough_residual)
        dry = fields["film"] < ice.FREE_WATER_LIMIT * (bottom + fields["film"])
        share = np.where(dry & ~world.closed, -np.expm1(-seconds / self._compaction), 0.0)
        fields["ice"] += share * snow
        fields["snow"] -= share * snow
        fields["loose_depth"] *= 1 - share

    def _splash(self, world: World, seconds: int) -> None:
        """Traffic throws slush aside: what holds enough free water no longer bonds to the road (NRC/HRB).

        METRo's rate, 3e-4 per second (56 min), for the busiest class.
        """
        fields = world.fields
        solid = fields["snow"] + fields["ice"]
        slush = (
            (solid > 0) & (fields["film"] >= ice.FREE_WATER_LIMIT * (solid + fields["film"])) & ~world.closed
        )
        share = np.where(slush, -np.expm1(-SPLASH * TRAFFIC[self._rank] * seconds), 0.0)
        for name in ("snow", "ice", "film"):
            moved = share * fields[name]
            fields[name] -= moved
            fields["bank"] += moved
        lost = share * fields["salt"]
        fields["salt"] -= lost
        fields["bank_salt"] += lost
        fields["loose_depth"] *= 1 - share

    def _drain(self, world: World, seconds: int) -> None:
        """Water above what film and snow hold runs off with its salt (METRo: 3e-3 per second)."""
        fields = world.fields
        film = fields["film"]
        held = self._physics.film + ice.FREE_WATER_LIMIT * fields["snow"]
        share = -math.expm1(-seconds / self._physics.drain_time)
        out = np.maximum(film - held, 0.0) * share
        salt_share = np.divide(out, film, out=np.zeros_like(film), where=film > 0)
        lost = fields["salt"] * salt_share
        traffic = (fields["salt"] - lost) * -np.expm1(-ice.TRAFFIC_LOSS[self._rank] * seconds) * ~world.closed
        fields["film"] -= out
        fields["salt"] -= lost + traffic
        area = world.network.area
        world.runoff[:] = out / seconds
        world.add("snow.drained", float(out @ area))
        world.add("salt.lost", float((lost + traffic) @ area))

    def _dry(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Evaporation when nothing falls: 0.75 of the film an hour below 50 % humidity, 0 above 95 % (MDSS)."""
        if weather.precipitation > 0:
            return
        rate = 0.75 * min(1.0, max(0.0, (0.95 - weather.humidity) / 0.45))
        rate *= 1 + 0.1 * min(1.0, max(0.0, (weather.wind - 1) / 9))
        film = world.fields["film"]
        out = film * -math.expm1(-rate * seconds / 3600.0)
        film -= out
        world.add("snow.evaporated", float(out @ world.network.area))

    def _melt_off_road(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Snow on roofs, yards and parks: one store by degree-days; its melt goes to the drains."""
        self._off_road += weather.snowfall * seconds
        melt = min(self._off_road, DEGREE_DAY * max(0.0, weather.air) * seconds)
        self._off_road -= melt
        world.off_road_melt = melt / seconds

    def speed_factor(self, world: World) -> np.ndarray:
        """Lower of surface and falling-snow factor (MDSS mobility rows; HCM urban streets)."""
        fields = world.fields
        return np.minimum(
            surface_factor(fields["snow_depth"], fields["snow"], fields["ice"], fields["film"]),
            self._falling,
        )

    def jobs(self, world: World, reported: Reported) -> Jobs:
        """Treatment that the reports call for (see ``advice``), and footways to clear."""
        by_hand = footways.jobs(world, CLASS_WEIGHT, self._snowing)
        return joined([snow_jobs(world, reported, self._deicer), by_hand])

    def balance(self, world: World) -> dict[str, float]:
        """``snow``: (fallen - all that became of it) / fallen, on carriageways and footways."""
        fields, totals = world.fields, world.totals
        on_road = sum(fields[name] for name in ("snow", "ice", "film", "bank"))
        there = float(np.asarray(on_road) @ world.network.area)
        gone = sum(totals.get(k, 0.0) for k in ("snow.drained", "snow.evaporated", "snow.hauled"))
        fallen = totals.get("snow.fallen", 0.0)
        beside, missing = footways.balance(world)
        return {"snow": (fallen - there - gone + missing) / max(fallen + beside, 1.0)}

    def totals(self, world: World) -> dict[str, float]:
        """kg of water that fell on, drained from, dried off and was hauled from the carriageways; m3 of snow hauled,
        and the m3 that dump sites still take; kg that fell on footways and was cleared from them."""
        names = ("snow.fallen", "snow.drained", "snow.evaporated", "snow.hauled", "footway.fallen", "footway.cleared")
        sums = {n.replace(".", "_") + "_kg": world.totals.get(n, 0.0) for n in names}
        hauled = world.totals.get("snow.hauled_m3", 0.0)
        return sums | {"snow_hauled_m3": hauled, "dump_room_m3": float(sum(world.dump_room.values()))}

    def close(self) -> None:
        """Nothing is held."""


def deicer(materials: tuple[Material, ...]) -> Material:
    """The district's de-icer: the first in its catalogue; rock salt where it has none."""
    for material in materials:
        if material.use == "deicer":
            return material
    return Material.model_validate(
        {"id": "salt", "name": "salt", "use": "deicer", "freezing_a": -0.02916, "freezing_b": -1.7208,
         "freezing_c": -0.116, "floor": -10.0}
    )  # fmt: skip


def new_snow_density(air: float, wind: float) -> float:
    """kg/m3 of fresh snow: Hedstrom-Pomeroy when calm, half mixed with Crocus from 5 m/s on.

    Zhengzhou, 31 Jan 2024 at -3 to -5 degC and 8 m/s: 83-137 observed.
    """
    calm = 67.92 + 51.25 * math.exp(min(air, 0.0) / 2.59)
    windy = max(50.0, 109.0 + 6.0 * min(air, 0.0) + 26.0 * math.sqrt(max(wind, 0.0)))
    share = min(0.5, wind / 10.0)
    return (1 - share) * calm + share * windy


def surface_factor(depth: np.ndarray, snow: np.ndarray, hardpack: np.ndarray, film: np.ndarray) -> np.ndarray:
    """Speed over free flow by surface state, (segments,).

    MDSS mobility rows for snow by depth (0.65, 0.6, 0.4, 0.3 at 5, 10, 15 cm); wet 0.9 and slush 0.65 from
    FHWA's ranges; hardpack 0.5, between MDSS's 0.2 for glaze and the 0.7 that its braking of 0.30 g over
    0.60 g wet gives (NRC/HRB).
    """
    by_depth = np.select([depth < 0.05, depth < 0.10, depth < 0.15], [0.65, 0.6, 0.4], 0.3)
    factor = np.where(film > 0.3, 0.9, 1.0)
    factor = np.where(snow > 0.3, by_depth, factor)
    return np.where(hardpack > 0.5, np.minimum(factor, 0.5), factor)


def falling_factor(weather: WeatherNow) -> float:
    """Speed over free flow while it rains or snows: HCM urban streets, rates in inches of water an hour."""
    rain, snow = weather.rain / INCH_PER_HOUR, weather.snowfall / INCH_PER_HOUR
    return 1.0 / (1.0 + 0.48 * rain + 1.4 * snow)


HAZARD = Snow
