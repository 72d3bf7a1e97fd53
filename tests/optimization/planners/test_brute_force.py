"""Planners' programmes beside every answer there is, on cases small enough to try them all.

What a plan costs is reckoned here from what the programmes' pages say, not by the programmes themselves.
"""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement, pairwise, product
from typing import NamedTuple

import numpy as np
import pytest

from optimization.planners import _roster_model, placement
from optimization.planners._places import Asked as Work
from optimization.planners._places import Group
from optimization.planners._roster_demand import Need
from optimization.planners._roster_model import Pool, Roll, on_duty, rostered
from optimization.planners._stock_demand import PERIODS, Points
from optimization.planners._stock_model import Asked, Depots, Rules, risked, stockpile, values_of
from optimization.planners.placement import STAY, Options, Placing
from scenarios.load import load
from simulation.model import Material
from tests.optimization.situations import KINDS

# ---------------------------------------------------------------- stock


class Pile(NamedTuple):
    """A question of stock in whole tonnes: two yards, some points of demand, storms."""

    depots: Depots
    points: list[Points]
    asked: Asked
    rules: Rules


def pile(seed: int, materials: int, risk: float = 0.0) -> Pile:
    """Two or four cells of demand: one material at two points in two periods, or two materials at one point.

    A tonne takes an hour of a bay, and bays, rooms and the budget are narrow.
    """
    rng = np.random.default_rng(seed)
    many, storms = 2 if materials == 1 else 1, 3
    points, demand = [], np.zeros((storms, materials, PERIODS))
    for k in range(materials):
        salt = Material.model_validate({"id": f"m{k}", "name": f"m{k}", "use": "deicer", "cost": 1.0})
        share = np.full(many, 1 / many)
        worth = rng.permutation(np.array([0.6, 1.4])) if many == 2 else np.ones(1)
        trip = rng.choice([0.05, 0.2, 0.35, 0.5], (2, many))
        points.append(Points(salt, share, worth, trip, trip, np.ones(2)))
        demand[:, k, :2] = many * rng.integers(0, 4, (storms, 2))
    held = rng.integers(0, 4, (2, materials)).astype(float)
    depots = Depots(
        names=("a", "b"), held=held, room=held.sum(axis=1) + rng.integers(0, 4, 2),
        bulk=np.ones(materials, bool), price=np.ones(materials), bay_hours=rng.integers(1, 4, 2).astype(float),
    )  # fmt: skip
    worth = rng.integers(2, 9, (storms, materials)).astype(float)
    return Pile(depots, points, Asked(demand, worth), Rules(float(rng.integers(1, 4)), risk, 1 / 3))


def tables(of: Pile) -> list[np.ndarray]:
    """For each storm: the least cost by what may be drawn of each (yard, material), in whole tonnes, every way to serve
    the cells tried: nobody comes, or one of the yards, tonne by tonne."""
    found = []
    for demand, worth in zip(of.asked.demand, of.asked.worth, strict=True):
        cells = [
            (k, t, j, round(demand[k, t] * p.share[j]))
            for k, p in enumerate(of.points)
            for t in range(PERIODS)
            for j in range(len(p.share))
            if demand[k, t] > 0
        ]
        drawn = np.full((13,) * (2 * len(of.points)), np.inf)
        each = [[(a, b) for a in range(n + 1) for b in range(n + 1 - a)] for _, _, _, n in cells]
        for served in product(*each):
            bays, used, cost = np.zeros((2, PERIODS)), np.zeros((2, len(of.points)), int), 0.0
            for (k, t, j, n), by in zip(cells, served, strict=True):
                p = of.points[k]
                cost += worth[k] * (p.worth[j] * (n - sum(by)) + p.trip_share[:, j] @ np.array(by))
                bays[:, t] += by
                used[:, k] += by
            if (bays <= of.depots.bay_hours[:, np.newaxis]).all():
                drawn[tuple(used.ravel())] = min(drawn[tuple(used.ravel())], cost)
        for axis in range(drawn.ndim):
            drawn = np.minimum.accumulate(drawn, axis=axis)
        found.append(drawn)
    return found


def stocks(of: Pile) -> list[np.ndarray]:
    """Every stock in whole tonnes that the budget and the rooms allow; nothing that there is is thrown away."""
    have = of.depots.held.sum(axis=0)
    amounts = product(range(13), repeat=of.depots.held.size)
    every = (np.array(a, float).reshape(of.depots.held.shape) for a in amounts)
    return [
        s for s in every
        if (s.sum(axis=0) >= have).all() and (s.sum(axis=0) - have) @ of.depots.price <= of.rules.budget
        and (s.sum(axis=1) <= of.depots.room).all()
    ]  # fmt: skip


@pytest.mark.parametrize("materials", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_the_stock_is_the_best_of_all_in_whole_tonnes(seed: int, materials: int) -> None:
    """Every stock and every way to serve every storm is tried: the mean agrees to the last digit, and with the worst
    storms beside it parts of a tonne may gain a little more. What each storm costs with a stock agrees as well."""
    of = pile(seed, materials)
    by_storm, possible = tables(of), stocks(of)
    costs = np.array([[t[tuple(s.ravel().astype(int))] for t in by_storm] for s in possible])
    found = stockpile(*of)
    assert found.costs.mean() == pytest.approx(costs.mean(axis=1).min())
    for i in (0, len(possible) // 2, len(possible) - 1):
        assert stockpile(*of, possible[i]).costs == pytest.approx(costs[i])
    careful = of._replace(rules=Rules(of.rules.budget, 0.5, 1 / 3))
    goal = float((0.5 * costs.mean(axis=1) + 0.5 * costs.max(axis=1)).min())
    assert 0.98 * goal <= risked(stockpile(*careful).costs, careful.rules) <= goal + 1e-6


@pytest.mark.parametrize(("seed", "materials"), [(0, 1), (4, 1), (1, 2), (4, 2), (6, 2)])
def test_the_value_of_many_storms_and_of_knowing_the_storm(seed: int, materials: int) -> None:
    """Seeing each storm is no dearer than planning for all, and that no dearer than planning for their mean: by every
    stock there is. In these cases one of the two, or both, are worth something."""
    of = pile(seed, materials)
    by_storm, possible = tables(of), stocks(of)
    costs = np.array([[t[tuple(s.ravel().astype(int))] for t in by_storm] for s in possible])
    best, mean = stockpile(*of), stockpile(*of._replace(asked=of.asked.mean()))
    many, knowing = values_of(*of, best, mean)
    planned, seen = costs.mean(axis=1).min(), costs.min(axis=0).mean()
    assert knowing == pytest.approx(planned - seen) and knowing >= -1e-9
    assert many >= -1e-9 and many + knowing > 0.1
    if np.allclose(mean.stock, np.round(mean.stock), atol=1e-6):
        blind = np.mean([t[tuple(np.round(mean.stock).ravel().astype(int))] for t in by_storm])
        assert many == pytest.approx(blind - planned)


# ---------------------------------------------------------------- placement


def places(seed: int) -> tuple[Work, np.ndarray]:
    """Two light rows and a heavy one, three yards, three points with a third of the work each; (yards,) room."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 3, 3).tolist()
    light = Group(KINDS[0], 1, ("a", "b"), tuple(at[:2]), 1 / 3)
    groups = light, Group(KINDS[1], 2, ("c",), (at[2],), 1 / 3)
    seconds = rng.integers(60, 900, (3, 3)).astype(float)
    today = np.bincount(at, weights=[1, 1, 2], minlength=3)
    room = np.maximum(today, rng.integers(1, 4, 3))
    return Work("snow", groups, np.full(3, 1 / 3), seconds), room.astype(float)


def sixths() -> list[np.ndarray]:
    """Every way to share out each point's two sixths of the work among (group, yard): (2, 3, 3) sixths each."""
    two = [np.bincount(c, minlength=6) for c in combinations_with_replacement(range(6), 2)]
    return [np.array(each).T.reshape(2, 3, 3) for each in product(two, repeat=3)]


def placings() -> list[np.ndarray]:
    """Every (groups, yards) of rows."""
    light = [np.bincount(c, minlength=3) for c in combinations_with_replacement(range(3), 2)]
    return [np.array([a, np.eye(3, dtype=int)[c]]) for a in light for c in range(3)]


def ways(
    work: Work, shares: np.ndarray, rows: np.ndarray, spread: float = 1.5, more: np.ndarray | None = None
) -> float:
    """s of mean way with rows at these yards: no row does more than ``spread`` times its third of the work, and no
    group more than its share; ``shares`` (ways, 2, 3, 3); ``more`` (groups, yards): sixths that are there besides."""
    done = shares.sum(axis=3)
    power = 2 * rows + (0 if more is None else more)
    whole = np.array([4, 2]) + (0 if more is None else more.sum(axis=1))
    fits = (done <= spread * power).all(axis=(1, 2)) & (done.sum(axis=2) <= whole).all(axis=1)
    return float((shares[fits].sum(axis=1) * work.seconds).sum(axis=(1, 2)).min() / 6)


def placing_of(work: Work, room: np.ndarray) -> Placing:
    tiny = load("tiny/snow")
    fleet = tiny.fleet.model_copy(update={"depots": (*tiny.fleet.depots, tiny.fleet.depots[0])})
    placing = Placing(tiny.model_copy(update={"fleet": fleet}), work, Options(), 3)
    placing.room = room
    return placing


@pytest.mark.parametrize("seed", range(6))
def test_rows_stand_where_no_other_placing_is_better(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All placings within the yards' room, and all ways to share out the work under each: the same least cost, the same
    way for each of them, and what room for one more machine would bring."""
    monkeypatch.setattr(placement, "SPREAD", 1.5)
    work, room = places(seed)
    placing = placing_of(work, room)
    shares = np.array(sixths())
    stay = STAY * work.seconds.min(axis=0).mean()

    def cost(rows: np.ndarray) -> float:
        new = np.maximum(rows - placing.today, 0).sum(axis=1)
        return ways(work, shares, rows) + stay * float(new @ [1 / 3, 1 / 3])

    def least(room: np.ndarray) -> float:
        return min(cost(rows) for rows in placings() if (np.array([1, 2]) @ rows <= room).all())

    found = placing.solved()
    assert found.outcome.objective == pytest.approx(least(room), rel=1e-3)
    assert (np.array([1, 2]) @ found.rows <= room).all()
    for rows in placings()[:: 1 + seed]:
        assert placing.way(rows) == pytest.approx(ways(work, shares, rows))
    for yard, shorter in found.full.items():
        assert shorter == pytest.approx(least(room) - least(room + np.eye(3)[yard]), abs=2e-3 * least(room))


@pytest.mark.parametrize("seed", range(3))
def test_one_more_machine_is_worth_what_it_shortens_the_way_by(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a light row a third of the work more, of the heavy row (two machines) a sixth; prices promise no less."""
    monkeypatch.setattr(placement, "SPREAD", 2.0)
    work, room = places(seed)
    placing, shares = placing_of(work, room), np.array(sixths())
    rows = placing.today
    prices, helped = placing.worth(rows), 0
    for g, sixth in ((0, 2), (1, 1)):
        for yard in range(3):
            more = np.zeros((2, 3), int)
            more[g, yard] = sixth
            shorter = ways(work, shares, rows, 2.0) - ways(work, shares, rows, 2.0, more)
            assert placing.way(rows) - placing.way(rows, (g, yard)) == pytest.approx(shorter, abs=1e-6)
            assert prices.get((g, yard), 0.0) >= shorter - 1e-6
            helped += shorter > 1
    assert helped


# ---------------------------------------------------------------- roster

HOURS = 6
TRUCK: Pool = ("truck", ("plough", "spread"))
BLADE: Pool = ("blade", ("plough",))
PACE = {
    "plough.p1": {"truck": 2.0, "blade": 1.0},
    "spread.p1": {"truck": 1.0},
    "plough.p2": {"truck": 2.0, "blade": 1.0},
}
PASSES = {"truck": [(2, 0, 0), (0, 1, 0), (0, 0, 2), (1, 1, 0)], "blade": [(1, 0, 0), (0, 0, 1)]}
"""What an hour of a machine does of each need: one of them, or both of class 1 in a pass at the pace of the slower."""
TEAMS = [
    Roll("trucks", {TRUCK: 1}, shifts=2, people=2, length=2, rest=1, week=1, ready=1),
    Roll("blades", {BLADE: 1}, shifts=1, people=1, length=1, rest=1, week=2, ready=0),
]


def asked(seed: int) -> list[Need]:
    """Three needs that wait, in whole numbers."""
    rng = np.random.default_rng(seed)
    weights = dict(zip(PACE, rng.permutation([1.0, 2.0, 5.0]).tolist(), strict=True))
    return [
        Need(key, key.split(".")[0], weights[key], rng.integers(0, 3, HOURS).astype(float), pace, True)  # type: ignore[arg-type]
        for key, pace in PACE.items()
    ]


def waits(needs: list[Need], on: dict[str, np.ndarray], each: list[float]) -> float:
    """The least weighted waiting, every use of every half hour of the machines that are there tried."""
    states = {(0.0, 0.0, 0.0): 0.0}
    for t in range(HOURS):
        halves = [
            {tuple((np.array(a) + b) / 2) for a, b in combinations_with_replacement(PASSES[kind], 2)}
            for kind, team in (("truck", "trucks"), ("blade", "blades"))
            if on[team][t]
        ]
        done = {tuple(np.sum(each, axis=0)) if each else (0.0,) * 3 for each in product(*halves)}
        done = {
            d
            for d in done
            if not any(e != d and all(a >= b for a, b in zip(e, d, strict=True)) for e in done)
        }
        after: dict[tuple[float, ...], float] = {}
        for state, cost in states.items():
            for d in done:
                late = tuple(max(0.0, s + n.amount[t] - x) for s, n, x in zip(state, needs, d, strict=True))
                total = cost + sum(n.weight * h * x for n, h, x in zip(needs, each, late, strict=True))
                after[late] = min(after.get(late, np.inf), total)
        states = after
    return min(states.values())


def legal(of: Roll, starts: tuple[int, ...], week: int) -> bool:
    """Whether the shifts can be shared out so that each has its rest and its week: tried in every way."""
    for who in product(range(of.shifts), repeat=len(starts)):
        own = [[s for s, w in zip(starts, who, strict=True) if w == g] for g in range(of.shifts)]
        rested = all(b - a >= of.length + of.rest for turns in own for a, b in pairwise(turns))
        if rested and all(sum(s <= t < s + week for t in turns) <= of.week for turns in own for s in turns):
            return all(b - a >= of.length for a, b in pairwise(starts))
    return False


@pytest.mark.parametrize("week", [168, 4, 5])
@pytest.mark.parametrize("seed", [0, 5])
def test_the_roster_is_the_best_of_all_legal_ones(
    seed: int, week: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every set of starts of two teams, and every use of their machines under each: the same least cost; where a week
    is made short, its turns come up again."""
    monkeypatch.setattr(_roster_model, "WEEK", week)
    needs, price = asked(seed), 0.4
    each = [2 / 3, 1.0, 2 / 3]  # machine hours that a unit takes by the mean of the machines
    possible = {
        r.team: [c for n in range(4) for c in combinations(range(r.ready, HOURS), n) if legal(r, c, week)]
        for r in TEAMS
    }
    late: dict[tuple[bytes, ...], float] = {}
    costs = []
    for chosen in product(*possible.values()):
        begins = dict(zip(possible, chosen, strict=True))
        on = on_duty(TEAMS, begins, HOURS)
        key = tuple(hours.tobytes() for hours in on.values())
        if key not in late:
            late[key] = waits(needs, on, each)
        people = sum(r.people * min(r.length, HOURS - s) for r in TEAMS for s in begins[r.team])
        costs.append(late[key] + price * people)
    found, outcome, clash = rostered(needs, TEAMS, 1, price, 1000)
    assert outcome.objective == pytest.approx(min(costs), rel=1e-3) and not clash
    assert all(legal(r, tuple(found[r.team]), week) for r in TEAMS)
    if week == 168:  # one turn of each shift in the run
        assert len(found["trucks"]) == 2
    elif week == 4:
        assert len(found["trucks"]) == 3
