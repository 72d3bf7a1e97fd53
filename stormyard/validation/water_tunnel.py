"""How fast a tunnel fills when the street above it is under water: Jingguang Road, Zhengzhou, 20 July 2021."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from results.charts import png, style
from results.underpasses import NEVER, floods
from scenarios.load import load
from simulation.hazards.streets import KERB, Basin, over_sill, underpass, volume_at
from stormyard.jobs import simulate
from stormyard.validation import Check, Finding

NEEDS: tuple[str, ...] = ()

LENGTH, OPEN = 1835.0, 475.0
"""m of the north tunnel's main line, and of it the ramps under the open sky (its design paper)."""
WIDTH = 6 * 3.5
"""m: six lanes (published), each as wide as on city roads (a setting)."""
HEIGHT, DEEPEST = 6.0, 13.0
"""m from floor to roof (China Business Journal), and of water at the lowest point (staff of the site)."""
MOUTH = 0.9
"""m of water at the southern mouth at 17:00, "to the waist" (a resident, Beijing News)."""
FILLED, HOURS = 300_000.0, 3.0
"""m3 that filled it, "in less than 3 hours" (China Business Journal)."""
ANKLE, CAR_ROOF, MINUTES = 0.1, 1.5, 10.0
"""m, m, min: "from the ankles to over the roofs of the cars in less than 10 minutes" (163.com)."""
RAIN, RUNOFF, SEWER = 201.9, 0.9, 66.9
"""mm/h from 16 to 17 h; share of it that runs off paved land; mm/h of a sewer of one year's return."""
SCENARIO = "jinshui/cloudburst"


def mouth_flow(depth: float = MOUTH) -> float:
    """m3/s that run in over one mouth, by the depth of the street's water in m: a sill as high as the kerb."""
    return float(over_sill(np.array(depth - KERB), np.array(WIDTH)))


def sloping() -> Basin:
    """The tunnel about its lowest point: the floor falls to it from both ends alike."""
    return _wedges(DEEPEST / (LENGTH / 2))


def ramps() -> Basin:
    """What still fills when the covered part is full: both ramps, which fall by the tunnel's height."""
    return _wedges(HEIGHT / (OPEN / 2))


def level() -> Basin:
    """A floor without any fall, as long as the tunnel."""
    return underpass(np.array(LENGTH - OPEN), np.array(WIDTH), HEIGHT / (OPEN / 2), HEIGHT)


def _wedges(slope: float) -> Basin:
    return underpass(np.array(1e-6), np.array(WIDTH), slope, HEIGHT)


def minutes(basin: Basin, flow: float, foot: float = 0.0) -> float:
    """min in which a flow in m3/s lifts the water from ankles to car roofs at a place ``foot`` m above the lowest."""
    low, high = (float(volume_at(basin, np.array(foot + depth))) for depth in (ANKLE, CAR_ROOF))
    return (high - low) / flow / 60


def catchment(flow: float, sewer: float) -> float:
    """ha of paved land whose water makes a flow in m3/s in that hour, with sewers that take ``sewer`` mm/h."""
    return flow / ((RUNOFF * RAIN - sewer) / 1000 / 3600 * 1e4)


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """The published figures beside those of the mouth's sill and the tunnel's shape; then the district's own pits."""
    one = mouth_flow()
    quick = f"under {MINUTES:.0f} min: ankles to car roofs"
    checks = (
        Check("the tunnel fills over both mouths, waist-deep water at each", f"under {HOURS:.0f} h",
              FILLED / (2 * one) / 3600, None, HOURS, "h", f"over one mouth alone {FILLED / one / 3600:.1f} h"),
        Check("at the lowest point, over one mouth", quick, minutes(sloping(), one), None, MINUTES, "min"),
        Check("half way up a ramp when the covered part is full, over one mouth", quick,
              minutes(ramps(), one, HEIGHT / 2), None, MINUTES, "min"),
    )  # fmt: skip
    return Finding(
        "water_tunnel",
        "A tunnel that fills: Jingguang Road, 20 July 2021",
        (*_text(one), _district()),
        checks,
        (("minutes", _chart(one)),),
    )


def _text(one: float) -> tuple[str, ...]:
    whole = FILLED / (MINUTES * 60)
    return (
        f"Data: what residents, drivers and staff told the press of the north tunnel: {LENGTH:,.0f} m long, "
        f"{LENGTH - OPEN:,.0f} of them covered, six lanes, {HEIGHT:.0f} m high, {DEEPEST:.0f} m deep at its lowest "
        "point; water to the ankles at the southern mouth at 14:00, running in from 16:30, to the waist at 17:00; from "
        f"the ankles to over the roofs of the cars in less than {MINUTES:.0f} minutes; about {FILLED:,.0f} m3 filled "
        f"it in less than {HOURS:.0f} hours. No gauge was read: these are people's words.",
        f"Method: the mouth takes what runs over a sill {100 * KERB:.0f} cm high and {WIDTH:.0f} m wide, as streets do "
        f"here. With {MOUTH:g} m of water that is {one:.0f} m3/s: in that hour the water of "
        f"{catchment(one, 0.0):.0f} ha of paved land where sewers take nothing, of {catchment(one, SEWER):.0f} ha "
        "where they take the rain of one year's return. Volumes are those of an underpass here, with the tunnel's "
        "falls. The sill, the depth at the waist and the width may each be wrong by half. The tunnel's measures make "
        f"{_room():,.0f} m3, not {FILLED:,.0f}; the figure that asks for more water is kept.",
        "What the ten minutes are not: the time of the whole tunnel, from the floor to its roof. "
        f"{FILLED:,.0f} m3 in {MINUTES:.0f} min would be {whole:.0f} m3/s, all the water of "
        f"{catchment(whole, 0.0):,.0f} ha at once. They are the time at one place, from people who stood on a ramp. On "
        f"a floor without any fall it would take {minutes(level(), one):.0f} min over one mouth.",
    )


def _room() -> float:
    """m3 of the covered part and of both ramps up to the street."""
    return WIDTH * HEIGHT * (LENGTH - OPEN + OPEN / 2)


def _district() -> str:
    """The pits of the made-up district under the same storm, nobody acting."""
    run = simulate(load(SCENARIO, "no-response"), 0).run
    found = floods(run)
    closing = [x.rise / 60 for x in found]
    wade = [(x.wade - x.wet) / 60 for x in found if x.wade < NEVER]
    roof = [(x.roof - x.wet) / 60 for x in found if x.roof < NEVER]
    open_sky = [s.structure not in ("underpass", "tunnel") for s in run.scenario.city.segments]
    deep = run.fields["water_depth"].max("time").values[open_sky]
    usual, most = np.percentile(deep[deep > 0], (50, 90))
    return (
        f"The district's own tunnels are others, and their shapes are assumed. In its run of the storm ({SCENARIO}, "
        f"nobody acting) {len(found)} reach the closing depth {min(closing):.0f}-{max(closing):.0f} min after the "
        f"first 2 cm; {len(wade)} reach 1.2 m after {min(wade):.0f}-{max(wade):.0f} min and {len(roof)} their roof "
        f"after {min(roof):.0f}-{max(roof):.0f}. That is slower than Jingguang Road's ten minutes, for its streets do "
        f"not stand to the waist: half of those that are wet stay below {usual:.1f} m, nine in ten below {most:.1f} m. "
        "A lower mouth would fill as fast as above: do not count on the longer times."
    )


def _chart(one: float) -> bytes:
    flows = np.geomspace(5, 150, 60)
    with style():
        figure = Figure(figsize=(7, 3.6))
        axes = figure.subplots()
        for name, basin, foot in (
            ("at the lowest point", sloping(), 0.0), ("half way up a ramp, the rest full", ramps(), HEIGHT / 2),
            ("floor without fall", level(), 0.0),
        ):  # fmt: skip
            axes.plot(flows, [minutes(basin, float(f), foot) for f in flows], label=name)
        axes.axhspan(0.01, MINUTES, color="#009e73", alpha=0.12, label="told: under 10 min")
        for flow, name in ((one, "one mouth"), (2 * one, "both mouths")):
            axes.axvline(flow, color="#1d232b", linewidth=0.8, linestyle=":")
            axes.annotate(name, (flow, 0.6), xytext=(3, 0), textcoords="offset points", fontsize=8)
        axes.set(
            xscale="log", yscale="log", ylim=(0.5, 200), xlabel="water running in, m3/s",
            ylabel="min, ankles to car roofs",
        )  # fmt: skip
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_formatter("")
        axes.legend(fontsize=8, loc="upper right")
    return png(figure)
