"""Water on a road: shapes with known volumes, water that runs on, and vehicles that it carries away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.hazards import streets
from simulation.hazards.streets import (
    CLEARANCE,
    KERB,
    LIMITS,
    ROUGHNESS,
    Basin,
    Torrents,
    depth_of,
    drowned,
    lips,
    low_point,
    onward,
    over_sill,
    run_on,
    running,
    stands,
    swept,
    vehicle,
    volume_at,
)


def of(*values: float) -> np.ndarray:
    return np.array(values, float)


def row(length: float, width: float, count: int) -> Basin:
    """As many equal streets."""
    return streets.street(np.full(count, length), np.full(count, width))


# ------------------------------------------------------------------ volumes


def test_a_street_is_a_box_and_two_wedges() -> None:
    """10 cm on 100 m of a 10 m street: 100 m3 between the kerbs, 50 m3 beside them at 2 % on both sides."""
    assert volume_at(row(100, 10, 1), of(0.1))[0] == pytest.approx(100 + 50)


def test_an_underpass_is_a_box_and_two_ramps() -> None:
    """1 m in 60 x 8 m between 4 % ramps: 480 m3 on the floor, 25 m of wet ramp at each end, half full: 200 m3."""
    pit = streets.underpass(of(60), of(8), ramp_slope=0.04)
    assert volume_at(pit, of(1.0))[0] == pytest.approx(480 + 200)


def test_above_the_roof_only_the_ramps_fill() -> None:
    pit = streets.underpass(of(60), of(8), ramp_slope=0.04, clearance=4.5)
    ramps = 8 / 0.04 * (5.5**2 - 4.5**2)
    assert volume_at(pit, of(5.5))[0] - volume_at(pit, of(4.5))[0] == pytest.approx(ramps)


def test_the_same_water_stands_deeper_in_an_underpass() -> None:
    both = low_point(of(100, 100), of(10, 10), np.array([False, True]))
    on_street, in_pit = depth_of(both, of(500, 500))
    assert in_pit > 1.5 * on_street


@given(st.floats(0, 8), st.floats(10, 2000), st.floats(3, 60), st.booleans())
def test_depth_and_volume_are_inverse(depth: float, length: float, width: float, below: bool) -> None:
    basin = low_point(of(length), of(width), np.array([below]))
    assert depth_of(basin, volume_at(basin, of(depth)))[0] == pytest.approx(depth, abs=1e-7)


def test_a_steady_inflow_fills_an_underpass_in_the_time_of_its_volume() -> None:
    """At 0.5 m3/s the 60 x 8 m floor is closed (25 cm) after 4.4 min and under its roof after 3.5 h."""
    pit = streets.underpass(of(60), of(8))
    minutes = volume_at(pit, of(0.25))[0] / 0.5 / 60
    hours = volume_at(pit, of(CLEARANCE))[0] / 0.5 / 3600
    assert minutes == pytest.approx((480 * 0.25 + 200 * 0.0625) / 30)
    assert hours == pytest.approx((480 * 4.5 + 200 * 20.25) / 1800)


# ------------------------------------------------------------------ running on


def test_a_sill_carries_what_the_formula_says() -> None:
    """20 cm over 10 m: 1.66 * 10 * 0.2^1.5."""
    assert over_sill(of(0.2, 0.0, -0.1), of(10, 10, 10)).tolist() == pytest.approx([1.4847, 0, 0], abs=1e-4)


def test_water_below_the_kerb_stays() -> None:
    basin = row(100, 10, 2)
    volume = volume_at(basin, of(KERB, 0.0))
    assert run_on(volume, basin, of(10, 10), np.array([1, -1]), 60).tolist() == pytest.approx(volume.tolist())


def test_water_above_the_kerb_goes_to_the_next_low_point() -> None:
    basin = row(100, 10, 3)
    volume = volume_at(basin, of(0.2, 0.0, 0.2))
    after = run_on(volume, basin, of(10, 10, 10), np.array([1, 2, -1]), 60)
    sill = 1.66 * 10 * 0.05**1.5 * 60
    assert (volume - after).tolist() == pytest.approx([sill, -sill, 0.0])


def test_no_more_runs_on_than_stands_above_the_kerb() -> None:
    basin = row(100, 10, 2)
    after = run_on(volume_at(basin, of(0.2, 0.0)), basin, of(10, 10), np.array([1, -1]), 3600)
    assert depth_of(basin, after)[0] == pytest.approx(KERB)


@given(st.lists(st.floats(0, 5000), min_size=5, max_size=5), st.integers(0, 600))
def test_running_on_keeps_the_water(volumes: list[float], seconds: int) -> None:
    """Three streets that meet in a fourth, which leads to a fifth."""
    basin, ways = row(80, 9, 5), np.array([3, 3, 3, 4, -1])
    before = of(*volumes)
    after = run_on(before, basin, np.full(5, 9.0), ways, seconds)
    assert after.sum() == pytest.approx(before.sum(), rel=1e-12, abs=1e-9)
    assert (after >= 0).all()


def test_water_goes_to_the_lowest_low_point_that_the_road_meets() -> None:
    """Nodes 0, 1, 2 on a road of junctions 10-11-12-13, falling; node 3 lies apart; node 1 may be a pit."""
    roads = {0: [(10, 11)], 1: [(11, 12)], 2: [(12, 13)], 3: [(20, 21)]}
    rim = of(30, 20, 10, 5)
    assert onward(roads, rim, np.full(4, True)).tolist() == [1, 2, -1, -1]
    assert onward(roads, rim, np.array([True, False, True, True])).tolist() == [1, -1, -1, -1]


def test_level_streets_do_not_run_in_circles() -> None:
    roads = {0: [(1, 2)], 1: [(2, 1)]}
    assert onward(roads, of(7, 7), np.full(2, True)).tolist() == [-1, -1]


# ------------------------------------------------------------------ torrents


def test_a_street_runs_as_manning_says() -> None:
    """0.1 m2/s on 1 %: (n q / sqrt(S))^0.6 = (0.02 * 0.1 / 0.1)^0.6 = 9.6 cm deep, 1.05 m/s."""
    depth, velocity = running(of(0.1, 0.0), of(0.01, 0.01))
    assert (ROUGHNESS, depth[0], velocity[0]) == (
        0.020,
        pytest.approx(0.0956, abs=1e-4),
        pytest.approx(1.046, abs=1e-3),
    )
    assert (depth[1], velocity[1]) == (0.0, 0.0)


@given(st.floats(1e-4, 3), st.floats(5e-4, 0.12))
def test_depth_times_velocity_is_the_flow_of_a_metre(flow: float, slope: float) -> None:
    depth, velocity = running(of(flow), of(slope))
    assert depth[0] * velocity[0] == pytest.approx(flow)
    assert velocity[0] == pytest.approx(depth[0] ** (2 / 3) * slope**0.5 / ROUGHNESS)


def test_a_sill_under_water_carries_less() -> None:
    """Villemonte at half the head: (1 - 0.5^1.5)^0.385 = 0.845; nothing where both stand alike."""
    assert drowned(of(0.2, 0.2, 0.2, 0.2), of(-1.0, 0.0, 0.1, 0.2)).tolist() == pytest.approx(
        [1, 1, 0.8454, 0], abs=1e-4
    )


def test_water_leaves_a_hollow_over_its_lowest_neighbour() -> None:
    """Node 0 lies in a hollow between 1 and 2; 2 is on the way down; the pit 3 beside it is no lip."""
    roads = {0: [(10, 11)], 1: [(9, 10)], 2: [(11, 12)], 3: [(10, 13)]}
    rim, open_sky = of(7, 9, 8, 2), np.array([True, True, True, False])
    assert lips(roads, rim, open_sky)[:3].tolist() == [8, 9, 8]


def torrent(far: float = 100.0) -> Torrents:
    """Street 0 leads to street 1, a metre lower, and street 1 down a ramp into the pit 2."""
    rim = of(11, 10, 5)
    return Torrents(np.array([1, 2, -1]), rim, rim, of(far, far, np.inf), np.array([False, False, True]))


def test_a_street_runs_by_what_stands_above_its_kerb_and_by_its_fall() -> None:
    """35 cm are 20 cm above the kerb: 1.66 * 0.2^1.5 m2/s; 1 % down to the next, 4 % down the ramp into the pit."""
    flow, velocity = torrent().at(of(0.35, 0.35, 0.0))
    wanted = 1.66 * 0.2**1.5
    assert flow.tolist() == pytest.approx([wanted] * 3)
    assert velocity.tolist() == pytest.approx([running(of(wanted), of(s))[1][0] for s in (0.01, 0.04, 0.04)])


def test_nothing_runs_below_the_kerb_or_into_a_pit_that_is_full() -> None:
    assert [float(v.max()) for v in torrent().at(of(KERB, KERB, 1.0))] == [0, 0]
    flow, velocity = torrent().at(of(0.0, 0.35, 5.35))
    assert flow.tolist() == velocity.tolist() == [0, 0, 0]


# ------------------------------------------------------------------ vehicles


@pytest.mark.parametrize(
    ("kind", "depth", "velocity", "stays"),
    [
        ("small_car", 0.30, 0.0, True), ("small_car", 0.31, 0.0, False),
        ("small_car", 0.20, 1.4, True), ("small_car", 0.20, 1.6, False),
        ("large_car", 0.31, 0.0, True), ("large_car", 0.30, 1.6, False),
        ("large_4wd", 0.50, 1.1, True), ("large_4wd", 0.50, 1.3, False),
        ("large_4wd", 0.05, 3.1, False), ("large_4wd", 0.0, 3.1, True),
        ("truck", 0.60, 0.9, True), ("truck", 0.60, 1.1, False), ("truck", 0.61, 0.0, False),
        ("child", 0.40, 0.9, True), ("child", 0.40, 1.1, False), ("child", 0.51, 0.0, False),
        ("adult", 0.40, 1.4, True), ("adult", 0.40, 1.6, False), ("adult", 1.21, 0.0, False),
    ],
)  # fmt: skip
def test_vehicles_and_people_stand_up_to_their_limits(
    kind: str, depth: float, velocity: float, stays: bool
) -> None:
    assert bool(stands(LIMITS[kind], of(depth), of(velocity))[0]) is stays


def test_what_carries_a_vehicle_off_is_its_flow_or_its_speed() -> None:
    small = LIMITS["small_car"]
    assert swept(small, of(0.29, 0.31, 0.1, 0.0), of(1, 1, 3.1, 9)).tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("wading", "name"),
    [(0.2, "small_car"), (0.3, "small_car"), (0.4, "large_car"), (0.5, "large_4wd"), (0.9, "truck")],
)
def test_a_machine_stands_in_running_water_as_the_vehicle_that_wades_so_deep(
    wading: float, name: str
) -> None:
    assert vehicle(wading) == LIMITS[name]
