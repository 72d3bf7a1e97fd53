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
from simulation.hazards import heat, ice, surface
from simulation.hazards.advice import CLASS_WEIGHT, snow_jobs
from simulation.model import HazardName, Material
from simulation.record import FieldSpec
from simulation.situation import Jobs, Reported, joined
from simulation.weather import WeatherNow
from simulation.world import World

DEGREE_DAY = 4.0 / 86400.0
"""kg/m2/s/K that snow in banks and off the roads melts (2-5 mm/K/day, common knowledge)."""
VEHICLES = np.array([300.0, 200.0, 100.0, 25.0])
"""Vehicles an hour and lane by priority: the middles of MDSS's classes, whose salt loss goes with them."""


class Snow:
    """The snow hazard; see the module's docstring for its reservoirs."""

    name: HazardName = "snow"
    tick = 300
    fields = (
        FieldSpec("snow", "kg m-2", "segment", "loose snow on the carriageway", 0.01),
        FieldSpec("ice", "kg m-2", "segment", "hardpack and ice on the carriageway", 0.01),
        FieldSpec(
            "glaze", "kg m-2", "segment", "the part of the ice that froze from water: refrozen or frost", 0.01
        ),
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
        rank = world.network.priority - 1
        physics = self._physics
        self._compaction = np.array(physics.compaction_time)[rank]
        self._traffic, self._salt_loss = surface.TRAFFIC[rank], ice.TRAFFIC_LOSS[rank]
        self._vehicles = heat.traffic(VEHICLES[rank], world.network.speed)
        self.place = heat.Place(
            sky_view=physics.sky_view, sun_share=physics.sun_share, deep=physics.ground_temperature
        )
        self.begun = world.scenario.storm.start
        self._latitude, self._longitude = float(world.network.lat.mean()), float(world.network.lon.mean())
        self._off_road = 0.0
        self._falling, self._snowing = 1.0, False

    def step(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Fall, heat, freeze or melt by salt, pack, splash, drain, dry, banks: in that order, once a tick."""
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
        self._melt_banks(world, weather, seconds)
        self._melt_off_road(world, weather, seconds)
        footways.step(world, weather, seconds)
        self._snowing = weather.snowfall > 0
        fields = world.fields
        np.minimum(fields["glaze"], fields["ice"], out=fields["glaze"])
        fields["snow_depth"][:] = fields["loose_depth"] + fields["ice"] / ice.DENSITY
        world.doses.clear()
        self._falling = surface.falling_factor(weather.rain, weather.snowfall)

    def _fall(self, world: World, weather: WeatherNow, seconds: int) -> None:
        fields = world.fields
        new = weather.snowfall * seconds
        fields["snow"] += new
        depth = fields["loose_depth"]
        depth += new / surface.new_snow_density(weather.air, weather.wind)
        if depth.any():
            depth[:] = surface.settled(depth, fields["snow"], weather.air, seconds)
        fields["film"] += weather.rain * seconds

    def _heat(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Surface temperature; a pavement above 0 degC melts what lies on it and cools by it."""
        fields, deck = world.fields, world.network.bridge
        self._above = above = self._sky(world.t, weather)
        road, decks = (heat.towards(above, self.place, below) for below in (False, True))
        solid = fields["snow"] + fields["ice"]
        gained = np.where(world.closed, 0.0, self._vehicles)
        if above.radiation > 0:
            gained -= (heat.albedo(solid) - heat.ALBEDO) * (self.place.sun_share * above.radiation)
        rate = np.where(deck, decks[1], road[1])
        target = np.where(deck, decks[0], road[0]) + gained / rate
        temperature = ice.road_temperature(fields["road_temperature"], target, rate, seconds)
        melted = ice.melted_by_warmth(temperature, solid, seconds)
        fields["road_temperature"][:] = ice.warmed(temperature, -melted)
        self._to_film(fields, melted)

    def _sky(self, t: float, weather: WeatherNow) -> heat.Sky:
        """The weather with the sun that the hour and its clouds give."""
        height = heat.sun_height(self.begun + timedelta(seconds=t), self._latitude, self._longitude)
        sun = heat.sun(height, weather.cloud)
        return heat.Sky(weather.air, weather.humidity, weather.wind, sun, weather.cloud)

    def _brine(self, world: World, seconds: int) -> None:
        """Brine moves toward the dilution that just does not freeze (FHWA curves); ice gives heat, melt takes it."""
        fields = world.fields
        temperature, film = fields["road_temperature"], fields["film"]
        capacity = fields["salt"] * ice.melt_capacity(temperature, self._deicer)
        solid = fields["snow"] + fields["ice"]
        frozen = ice.frozen(film, capacity, temperature, seconds)
        melted = ice.melted_by_salt(film, capacity, solid, self._physics.melt_time, seconds)
        film -= frozen
        fields["ice"] += frozen
        fields["glaze"] += frozen
        fields["road_temperature"][:] = ice.warmed(temperature, frozen - melted)
        self._to_film(fields, melted)

    @staticmethod
    def _to_film(fields: dict[str, np.ndarray], melted: np.ndarray) -> None:
        """Turn snow, then ice, into water."""
        if not melted.any():
            return
        from_snow = np.minimum(melted, fields["snow"])
        with np.errstate(invalid="ignore"):
            kept = np.where(fields["snow"] > 0, 1 - from_snow / fields["snow"], 0.0)
        fields["loose_depth"] *= kept
        fields["snow"] -= from_snow
        np.maximum(fields["ice"] - (melted - from_snow), 0.0, out=fields["ice"])
        fields["film"] += melted

    def _pack(self, world: World, seconds: int) -> None:
        """Traffic presses dry loose snow to hardpack."""
        fields = world.fields
        snow = fields["snow"]
        share = surface.packed(snow, fields["film"], self._physics.plough_residual, self._compaction, seconds)
        share[world.closed] = 0.0
        fields["ice"] += share * snow
        fields["snow"] -= share * snow
        fields["loose_depth"] *= 1 - share

    def _splash(self, world: World, seconds: int) -> None:
        """Traffic throws slush with its salt into the bank."""
        fields = world.fields
        share = surface.splashed(fields["snow"] + fields["ice"], fields["film"], self._traffic, seconds)
        share[world.closed] = 0.0
        for name in ("snow", "ice", "film"):
            moved = share * fields[name]
            fields[name] -= moved
            fields["bank"] += moved
        lost = share * fields["salt"]
        fields["salt"] -= lost
        fields["bank_salt"] += lost
        fields["glaze"] *= 1 - share
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
        thrown = ice.salt_thrown(fields["salt"], film, self._salt_loss, self._traffic, seconds)
        traffic = np.where(world.closed, 0.0, thrown * (fields["salt"] - lost))
        fields["film"] -= out
        fields["salt"] -= lost + traffic
        area = world.network.area
        world.runoff[:] = out / seconds
        world.add("snow.drained", float(out @ area))
        world.add("salt.lost", float((lost + traffic) @ area))

    def _dry(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """What the air takes up from a road when nothing falls, and the dew and frost that it leaves on a cold one.

        Brine dries only to where it is in balance with the air, and draws water from damper air: salted roads stay
        wet for days.
        """
        if weather.precipitation > 0:
            return
        fields = world.fields
        film, temperature = fields["film"], fields["road_temperature"]
        damp = heat.humidity_over(self._above, temperature)
        held = ice.held_by_salt(fields["salt"], damp, self._deicer)
        water = heat.evaporation(self._above, self.place, temperature, 1.0) * seconds
        brine = heat.evaporation(self._above, self.place, temperature, ice.DELIQUESCENCE) * seconds
        out = np.minimum(np.maximum(water, 0.0), np.maximum(film - held, 0.0))
        out -= np.maximum(np.minimum(np.maximum(-brine, 0.0), np.maximum(held - film, 0.0)), -water)
        film -= out
        world.add("snow.evaporated", float(out @ world.network.area))

    def _melt_banks(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Banks melt by degree-days, with their salt, into the gutter."""
        if weather.air <= 0:
            return
        fields, area = world.fields, world.network.area
        bank = fields["bank"]
        melt = np.minimum(bank, DEGREE_DAY * weather.air * seconds)
        share = np.divide(melt, bank, out=np.zeros_like(bank), where=bank > 0)
        lost = share * fields["bank_salt"]
        bank -= melt
        fields["bank_salt"] -= lost
        world.runoff += melt / seconds
        world.add("snow.drained", float(melt @ area))
        world.add("salt.lost", float(lost @ area))

    def _melt_off_road(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Snow on roofs, yards and parks: one store by degree-days; its melt goes to the drains."""
        self._off_road += weather.snowfall * seconds
        melt = min(self._off_road, DEGREE_DAY * max(0.0, weather.air) * seconds)
        self._off_road -= melt
        world.off_road_melt = melt / seconds

    def speed_factor(self, world: World) -> np.ndarray:
        """Lower of surface and falling-snow factor (MDSS mobility rows; HCM urban streets)."""
        fields = world.fields
        hardpack = fields["ice"] - fields["glaze"]
        return np.minimum(
            surface.surface_factor(
                fields["snow_depth"], fields["snow"], hardpack, fields["glaze"], fields["film"]
            ),
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
        names = (
            "snow.fallen",
            "snow.drained",
            "snow.evaporated",
            "snow.hauled",
            "footway.fallen",
            "footway.cleared",
        )
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


HAZARD = Snow
