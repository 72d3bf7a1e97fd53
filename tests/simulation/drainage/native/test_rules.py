"""Control rules: decided as SWMM decides them, for each member by itself."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from swmm.toolkit import shared_enum, solver

from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.layout import Layout
from simulation.drainage.native.read import read_layout
from simulation.drainage.native.rules import Controller, Situation, set_before
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import START, options

STATION = (
    options()
    + """
[JUNCTIONS]
J 11 3
K 10.5 3
[OUTFALLS]
O 9 FREE
P 9 FREE
[STORAGE]
B 10 4 0 FUNCTIONAL 0 0 40
[CONDUITS]
C J B 100 0.013 0 0
D K P 50 0.013 0 0
[PUMPS]
U B O F OFF
[ORIFICES]
R B K SIDE 0.2 0.65
[WEIRS]
W B K TRANSVERSE 1 1.8 NO 0
[XSECTIONS]
C CIRCULAR 0.8 0 0 0
D CIRCULAR 1.0 0 0 0
R CIRCULAR 0.3 0 0 0
W RECT_OPEN 1 1 0 0
[CURVES]
F PUMP4 0 0 4 0.4
Q CONTROL 0.5 0 1.0 0.6 2.0 1
[TIMESERIES]
I 0:00 0.02
I 1:00 0.9
I 2:00 0.1
I 4:00 0.6
I 6:00 0
T 0:00 0.2
T 3:00 1.0
[INFLOWS]
J FLOW I
"""
)


def with_rules(*rules: str) -> str:
    """The station under rules."""
    return STATION + "[CONTROLS]\n" + "\n".join(rules) + "\n"


def situation(layout: Layout, members: int, **given: np.ndarray) -> Situation:
    """A situation in which all is 0 except what is given."""
    nodes, links = np.zeros((len(layout.nodes.names), members)), np.zeros((len(layout.links.names), members))
    names = ("depth", "volume", "lateral", "flow", "link_depth", "velocity", "setting", "target", "set_at")
    arrays = {name: (nodes if i < 3 else links).copy() for i, name in enumerate(names)}
    return Situation(0.0, 5.0, **{**arrays, **given})


def settings_beside_swmm(text: str) -> tuple[np.ndarray, np.ndarray]:
    """(steps, links) settings: ours decided on SWMM's state before each step, and SWMM's own."""
    layout = read_layout(read_inp(text))
    count = len(layout.links.names)
    controller = Controller(layout.rules, layout.options.start, 1)
    ours, theirs = [], []
    with SwmmDrainage(text) as drains:
        now = situation(layout, 1)
        now.setting[:] = now.target[:] = 1.0
        now.set_at[:] = set_before(layout.options.start)
        now.setting[layout.pumps.link, 0] = now.target[layout.pumps.link, 0] = layout.pumps.setting
        while True:
            now.depth = drains.depth()[:, None]
            now.flow[:, 0] = [solver.link_get_result(i, shared_enum.LinkResult.FLOW) for i in range(count)]
            controller.decide(now)
            now.set_at[now.target != now.setting] = now.seconds
            now.setting[:] = now.target
            if solver.swmm_step() <= 0:
                break
            now.seconds += 5.0
            ours.append(now.setting[:, 0].copy())
            theirs.append([solver.link_get_result(i, shared_enum.LinkResult.SETTING) for i in range(count)])
    return np.array(ours), np.array(theirs)


@pytest.mark.parametrize(
    "rules",
    [
        ("RULE a", "IF NODE B DEPTH > 1.2", "THEN PUMP U STATUS = ON", "ELSE PUMP U STATUS = OFF"),
        (
            "RULE a", "IF NODE B DEPTH > 0.8", "AND NODE J DEPTH > 0.3", "OR NODE B HEAD > 12",
            "THEN ORIFICE R SETTING = 0.4", "AND WEIR W SETTING = 0.5", "ELSE ORIFICE R SETTING = 1", "PRIORITY 2",
            "RULE b", "IF SIMULATION TIME > 2:30", "THEN ORIFICE R SETTING = 0.1", "PRIORITY 1",
            "RULE c", "IF SIMULATION CLOCKTIME > 21:00", "THEN ORIFICE R SETTING = 0.9", "PRIORITY 3",
        ),
        ("RULE a", "IF NODE B DEPTH > 0", "THEN ORIFICE R SETTING = CURVE Q"),
        ("RULE a", "IF SIMULATION TIME > 0", "THEN WEIR W SETTING = TIMESERIES T"),
        ("RULE a", "IF NODE B DEPTH <> 1.0", "THEN ORIFICE R SETTING = PID -0.5 20 0"),
        (
            "RULE a", "IF PUMP U STATUS = OFF", "AND PUMP U TIMECLOSED > 0:30:02", "AND LINK C FLOW > 0.1",
            "THEN PUMP U STATUS = ON", "RULE b", "IF PUMP U TIMEOPEN > 0:20:02", "THEN PUMP U STATUS = OFF",
        ),
    ],
)  # fmt: skip
def test_settings_follow_swmm(rules: tuple[str, ...]) -> None:
    ours, theirs = settings_beside_swmm(
        with_rules(*rules).replace("ROUTING_STEP 5", "ROUTING_STEP 5\nVARIABLE_STEP 0")
    )
    assert np.ptp(theirs, axis=0).max() > 0.3, "the rules must do something in this storm"
    wrong = np.abs(ours - theirs) > 1e-4
    assert wrong.any(axis=1).mean() < 0.002


def test_each_member_is_decided_by_its_own_water() -> None:
    text = with_rules("RULE a", "IF NODE B DEPTH > 1", "THEN PUMP U STATUS = ON", "ELSE PUMP U STATUS = OFF")
    layout = read_layout(read_inp(text))
    now = situation(layout, 3)
    now.depth[layout.nodes.names.index("B")] = (0.5, 1.5, 0.9)
    Controller(layout.rules, START, 3).decide(now)
    assert now.target[layout.links.names.index("U")].tolist() == [0, 1, 0]


def test_depths_are_compared_in_the_models_own_units() -> None:
    text = with_rules("RULE a", "IF NODE B DEPTH > 2", "THEN PUMP U STATUS = ON").replace("CMS", "CFS")
    layout = read_layout(read_inp(text))
    now = situation(layout, 2)
    now.depth[layout.nodes.names.index("B")] = (0.60, 0.62)
    Controller(layout.rules, START, 2).decide(now)
    assert now.target[layout.links.names.index("U")].tolist() == [0, 1]


def test_a_false_premise_before_an_and_ends_the_rule() -> None:
    text = with_rules(
        "RULE a",
        "IF NODE B DEPTH > 9",
        "AND NODE J DEPTH > 0",
        "OR NODE J DEPTH > 0",
        "THEN PUMP U STATUS = ON",
    )
    layout = read_layout(read_inp(text))
    now = situation(layout, 1)
    now.depth[:] = 1.0
    Controller(layout.rules, START, 1).decide(now)
    assert not now.target.any()


def test_the_calendar() -> None:
    text = with_rules(
        "RULE a", "IF SIMULATION MONTH = 7", "AND SIMULATION DAY = 3", "THEN PUMP U STATUS = ON"
    )
    layout = read_layout(read_inp(text))
    for start, on in ((datetime(2021, 7, 20), True), (datetime(2021, 7, 21), False)):
        now = situation(layout, 1)
        Controller(layout.rules, start, 1).decide(now)
        assert now.target.any() == on, "20 July 2021 is a Tuesday, day 3 of the week"


def test_rules_that_only_switch_power_off_for_swmm_are_not_rules_here() -> None:
    text = with_rules("RULE stormyard_power_U", "IF PUMP U SETTING > 0", "THEN PUMP U SETTING = 0.0001")
    assert read_layout(read_inp(text)).rules == ()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (("RULE a", "THEN PUMP U STATUS = ON"), "rule 'a': THEN cannot stand here, after RULE"),
        (("RULE a", "IF NODE X DEPTH > 1", "THEN PUMP U STATUS = ON"), "nothing that a rule can look at"),
        (("RULE a", "IF NODE B DEPTH ~ 1", "THEN PUMP U STATUS = ON"), "a relation is missing"),
        (("RULE a", "IF NODE B DEPTH > high", "THEN PUMP U STATUS = ON"), "'high' cannot be compared with"),
        (("RULE a", "IF NODE B DEPTH > 1", "THEN PUMP V STATUS = ON"), "there is no pump 'V'"),
        (("RULE a", "IF NODE B DEPTH > 1", "THEN WEIR W SETTING = 2"), "from 0 (shut) to 1 (open)"),
        (("VARIABLE y = NODE B DEPTH", "EXPRESSION e = y * 2"), "an EXPRESSION in control rules"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(rule: tuple[str, ...], words: str) -> None:
    with pytest.raises(InpError) as error:
        read_layout(read_inp(with_rules(*rule)))
    assert words in str(error.value)
    assert error.value.problems[0].line > STATION.count("\n")
