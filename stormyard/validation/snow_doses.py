"""Advised doses against a road agency's bands, and brines against the published figures of their salts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from results.charts import png, style
from scenarios.catalog import load_materials
from simulation.hazards import ice
from simulation.model import Material, SnowPhysics
from stormyard.validation import Check, Finding

NEEDS: tuple[str, ...] = ()

BANDS = ((-2.2, 0.0, 7.7, 15.4), (-6.7, -2.2, 15.4, 23.1), (-9.4, -6.7, 23.1, 30.8))
"""(degC from, to, g/m2 from, to): MaineDOT, later passes; 100-200, 200-300, 300-400 lb per lane-mile of 12 ft."""
ROUNDING = 0.1
"""g/m2 to which those pounds were turned into grams."""
MELTED = {-1.1: 46.0, -6.7: 9.0, -17.0: 4.0}
"""kg of ice that 1 kg of rock salt melts, by degC (Cargill)."""
EUTECTICS = {"salt": (-21.6, 23.3), "cacl2": (-51.0, 29.8), "mgcl2": (-33.0, 21.6)}
"""(degC, percent by mass) (FHWA-RD-95-202, as in MDSS)."""
LABORATORY = {
    "salt": (58.44, ((0.25, -0.85), (0.5, -1.68), (0.75, -2.60))),
    "cacl2": (110.98, ((0.5, -2.66), (0.75, -4.28), (1.0, -6.35), (1.5, -10.78))),
}
"""(g/mol, ((mol per kg of water, freezing point in degC), ...)): Smithsonian Physical Tables, ninth edition."""
NORTRIP = {"mgcl2": (0.050, -33.0, 1.3, 95.21)}
"""(mole fraction and degC at saturation, exponent, g/mol): a curve fitted apart from ours."""
SHARE, LABORATORY_SHARE = 0.25, 0.15
"""How far field figures part (Cargill's and NORTRIP's by 26 % at -1.1 degC), and what is asked beside a laboratory."""
TEXT = (
    "Doses: the dose that is advised for what a blade leaves (1 kg/m2) with rock salt, at every tenth of a degree, "
    "beside the rates of Maine's Department of Transportation for passes after the first (prewetted salt; a lane of "
    "12 ft). Maine spreads no salt below -9.4 degC; rock salt is advised here down to its working floor of -10.",
    "Method: the dose is that of a formula (15 % of the residual melted, a margin of 1.5 K, a tenth lost), and at "
    "least what Maine spreads: its bands are steps, so straight lines run between their corners. The formula alone "
    "asks for 10-15 g/m2 from -2.2 down to -4 degC where Maine spreads 15-23, and for 4 at 0 degC. So down to -6.8 "
    "degC these doses are practice, taken over; only below that are they computed, and the colder band bears them out.",
    "Brines: the freezing curves of FHWA-RD-95-202 (as MDSS uses them) at their eutectics; the water that a kilogram "
    "of salt keeps liquid, beside Cargill's figures for rock salt, beside measured freezing points (Smithsonian "
    "Physical Tables, ninth edition) for sodium and calcium chloride, and beside the curve of NORTRIP for magnesium "
    "chloride. The curve of calcium chloride runs a tenth above the laboratory's below -4 degC.",
)


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """Every figure; nothing is read."""
    materials = {m.id: m for m in load_materials()}
    checks = [*_doses(materials["salt"]), *_brines(materials)]
    return Finding(
        "snow_doses",
        "De-icer: doses and brines",
        TEXT,
        tuple(checks),
        (("doses", _chart(materials["salt"])),),
    )


def advised(temperature: np.ndarray, salt: Material) -> np.ndarray:
    """Advised dose, g/m2, with the settings of a scenario that sets none."""
    physics = SnowPhysics()
    return 1000 * ice.dose(temperature, physics.plough_residual, salt, physics)


def _doses(salt: Material) -> list[Check]:
    checks = []
    inside = np.zeros(0, dtype=bool)
    for coldest, warmest, least, most in BANDS:
        temperature = np.arange(round(10 * coldest), round(10 * warmest) + 1) / 10
        dose = advised(temperature, salt)
        inside = np.r_[inside, (dose >= least - ROUNDING) & (dose <= most + ROUNDING)]
        where, band = f"{warmest:g} to {coldest:g} degC", f"MaineDOT {least:g}-{most:g} g/m2"
        for word, value in (("least", dose.min()), ("most", dose.max())):
            checks.append(
                Check(f"{word} dose, {where}", band, float(value), least - ROUNDING, most + ROUNDING, "g/m2")
            )
    share = 100 * float(inside.mean())
    checks.append(Check("temperatures whose dose lies in its band", "all", share, 100.0, 100.0, "%"))
    cold = float(advised(np.array([salt.floor - 0.1]), salt)[0])
    checks.append(
        Check("dose below the working floor", "none (MaineDOT: plough only)", cold, 0.0, 0.0, "g/m2")
    )
    return checks


def _brines(materials: dict[str, Material]) -> list[Check]:
    checks = []
    for name, (temperature, percent) in EUTECTICS.items():
        computed = 100 * float(ice.freezing_concentration(np.array(temperature), materials[name]))
        what = f"{materials[name].name.en}: brine at its eutectic, {temperature:g} degC"
        checks.append(Check(what, f"{percent:g} %", computed, percent - 1.5, percent + 1.5, "%"))
    for temperature, kilograms in MELTED.items():
        computed = float(ice.melt_capacity(np.array(temperature), materials["salt"]))
        low, high = (1 - SHARE) * kilograms, (1 + SHARE) * kilograms
        what = f"ice melted by 1 kg of rock salt at {temperature:g} degC"
        checks.append(Check(what, f"Cargill {kilograms:g} kg", computed, low, high, "kg"))
    for name, (grams, points) in LABORATORY.items():
        for molality, temperature in points:
            measured = 1000 / (molality * grams)
            checks.append(_liquid(materials[name], temperature, measured, "laboratory", LABORATORY_SHARE))
    for name in NORTRIP:
        for temperature in (-2.0, -5.0, -9.0):
            checks.append(_liquid(materials[name], temperature, nortrip(name, temperature), "NORTRIP", SHARE))
    return checks


def _liquid(salt: Material, temperature: float, measured: float, whose: str, share: float) -> Check:
    computed = float(ice.melt_capacity(np.array(temperature), salt))
    what = f"{salt.name.en}: water kept liquid by 1 kg at {temperature:g} degC"
    return Check(
        what, f"{whose} {measured:.1f} kg", computed, (1 - share) * measured, (1 + share) * measured, "kg"
    )


def nortrip(name: str, temperature: float) -> float:
    """kg of water that 1 kg of a salt keeps liquid at ``temperature`` (degC), by NORTRIP's curve."""
    fraction, coldest, exponent, mass = NORTRIP[name]
    salt = fraction * (temperature / coldest) ** (1 / exponent)
    return (1 - salt) * 18.015 / (salt * mass)


def _chart(salt: Material) -> bytes:
    with style():
        figure = Figure(figsize=(8, 3.6))
        axes = figure.subplots()
        for coldest, warmest, least, most in BANDS:
            axes.fill_between(
                [coldest, warmest], least, most, color="#cfe3f3", label="MaineDOT, later passes"
            )
        temperature = np.arange(-110, 21) / 10
        axes.plot(temperature, advised(temperature, salt), color="#0072b2", label="advised")
        axes.set_xlabel("road surface, °C")
        axes.set_ylabel("rock salt, g/m²")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles[-2:], labels[-2:])
    return png(figure)
