"""How much of each material in which yard.

Storms that a season may bring are drawn about the scenario's own. Each is run with what there is and with plenty of
everything: that tells what it would use and what the shortage costs. A two-stage programme (``_stock_model``) then
buys within the budget and moves between yards; its answer and simpler ones are run in the same storms, and the best
is proposed. What more would bring is told by runs: the programme knows no queues, closed roads and breakdowns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimization.ground import Ground
from optimization.plan import CannotPlan, Plan, Reason, Trials, burden
from optimization.planners._changes import check
from optimization.planners._stock_demand import PERIODS, Points, by_period, points, users
from optimization.planners._stock_model import Asked, Depots, Rules, Stage, stockpile, values_of
from optimization.planners._stock_order import at_the_warning
from optimization.planners._stock_season import (
    SMALLEST,
    Season,
    falls,
    held,
    materials,
    only,
    scarce_of,
    season_of,
    stocked,
)
from optimization.planners._storms import storms
from simulation.model import Material, Scenario

ENOUGH_TO_TELL = 0.15
"""Share of a stock that is added to see what more of it brings: less drowns in luck (a setting)."""
NEAR = 0.05
"""Share of what plenty would bring below which the rest is not worth telling (a setting)."""
FRESH = 7919
"""Added to the seed for the storms that the programme's answer is reckoned on out of sample."""


@dataclass(frozen=True)
class Options:
    """What may be asked."""

    budget: float = 0.0
    """CNY for material; 0: only what there is is moved."""
    storms: int = 8
    """Storms that the plan is made for."""
    cvar: float = 0.3
    """Weight of the worst fifth of the storms beside the mean, 0-1."""
    capacity: float = 2.0
    """Times what it holds today, or what its machines carry if that is more, that a yard takes of de-icer; yards with
    less take the mean."""
    lead_h: float = 24.0
    """Hours until what is ordered arrives: whether ordering at the first warning would do, and what it would cost."""
    seed: int = 0


TAIL = 0.2
LIMITS = {"budget": (0, 1e12), "storms": (2, 30), "cvar": (0, 1), "capacity": (1, 100), "lead_h": (0, 720)}


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """What to buy and to move. Raises CannotPlan where no crew takes material, or an option is out of bounds."""
    check("stock", options, LIMITS)
    taken = materials(scenario)
    if not taken:
        raise CannotPlan("stock.nothing")
    season = season_of(scenario, trials, taken, options.storms, options.seed)
    scarce = scarce_of(season)
    if not scarce.any() or season.gain.mean() <= 0:
        return Plan({}, _enough(season, scarce))
    season = only(season, scarce)
    if not options.budget and not season.held.any():
        return Plan(
            {}, (Reason("stock.nothing_to_move", {"materials": tuple(m.id for m in season.materials)}),)
        )
    return _planned(scenario, trials, options, season)


def _enough(season: Season, scarce: np.ndarray) -> tuple[Reason, ...]:
    """Why nothing is proposed: there is enough, or more of it helps nothing."""
    reasons, most = [], season.used.max(axis=0)
    for k, material in enumerate(season.materials):
        gaps = {"material": material.id, "used_kg": 1000 * float(most[k]), "held_kg": 1000 * float(season.held[k]),
                "storms_n": len(season.scenarios)}  # fmt: skip
        reasons.append(Reason("stock.no_gain" if scarce[k] else "stock.enough", gaps))
    return tuple(reasons)


# --------------------------------------------------------------------------- the programme


@dataclass(frozen=True)
class _Question:
    """The programme's data."""

    depots: Depots
    points: list[Points]
    asked: Asked
    rules: Rules

    def solved(self, asked: Asked | None = None, fixed: np.ndarray | None = None) -> Stage:
        """The stock for these storms (the season's), or what they make of a stock that is given."""
        return stockpile(self.depots, self.points, asked or self.asked, self.rules, fixed)

    def has_room(self, stock: np.ndarray) -> bool:
        """Whether the yards take so much of what takes room."""
        return bool((stock[:, self.depots.bulk].sum(axis=1) <= self.depots.room + SMALLEST).all())


def _question(scenario: Scenario, options: Options, season: Season) -> _Question:
    ground, fleet = Ground(scenario), scenario.fleet
    now = held(scenario, season.materials)
    bulk = np.array([m.use == "deicer" for m in season.materials])
    most = np.maximum(now, _loads(scenario, season.materials))[:, bulk].sum(axis=1)
    period = scenario.duration / PERIODS
    depots = Depots(
        names=tuple(d.id for d in fleet.depots),
        held=now,
        room=options.capacity * np.maximum(most, most.mean()),
        bulk=bulk,
        price=np.array([m.cost * 1000 for m in season.materials]),
        bay_hours=np.array([d.bays for d in fleet.depots]) * period / 3600,
    )
    demand = np.array(
        [
            [season.used[w, k] * by_period(storm, m) for k, m in enumerate(season.materials)]
            for w, storm in enumerate(season.scenarios)
        ]
    )
    rules = Rules(options.budget, options.cvar, TAIL)
    of = [points(scenario, ground, m) for m in season.materials]
    question = _Question(depots, of, Asked(demand, np.ones(demand.shape[:2])), rules)
    return replace(question, asked=Asked(demand, _worth(question, season, now, season.gain)))


def _worth(question: _Question, season: Season, stock: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """(storms, materials) weighted km h a tonne, so that what the programme reckons for each storm with a stock beside
    plenty is the ``gain`` (storms,) that the runs came to; nothing where more did not help."""
    plenty = stock + season.used.max(axis=0)
    alike = replace(question, asked=Asked(question.asked.demand, np.ones(question.asked.worth.shape)))
    costs = [alike.solved(fixed=amounts).costs for amounts in (stock, plenty)]
    each = np.maximum(gain, 0) / np.maximum(costs[0] - costs[1], SMALLEST)
    return np.repeat(each[:, np.newaxis], len(question.points), axis=1)


def _planned(scenario: Scenario, trials: Trials, options: Options, season: Season) -> Plan:
    question = _question(scenario, options, season)
    best = question.solved()
    mean = question.solved(question.asked.mean())
    now = question.depots.held
    ideas = {"programme": rounded(best.stock), "mean": rounded(mean.stock),
             "loads": rounded(_by_loads(scenario, season.materials, best.stock))}  # fmt: skip
    ideas = _unlike({name: stock for name, stock in ideas.items() if question.has_room(stock)}, now)
    tried = _tried(trials, options, season, ideas)
    change = {name: float(each.mean()) for name, each in tried.items()}
    order = sorted(ideas, key=lambda name: (change[name], name))
    helps = bool(order) and change[order[0]] < 0
    value = _value_of_the_model(
        scenario, options, question, season, best, mean, change, ideas[order[0]] if helps else None
    )
    if not helps:
        tries = {"ideas_n": len(ideas), "storms_n": len(season.scenarios), "before_kmh": season.today}
        none = Reason("stock.none_better", tries)
        each = [Reason(f"stock.tried_{name}", {"more_kmh": change[name]}) for name in order]
        why = (none, *each, *_ceiling(season, 0.0, question.rules.budget > 0), *value)
        return Plan({}, why, best.outcome)
    chosen, gain = ideas[order[0]], -change[order[0]]
    why = (
        *_spent(question, now, chosen),
        Reason(f"stock.best_{order[0]}", {**_fall(season, gain), "storms_n": len(season.scenarios)}),
        *(Reason(f"stock.next_{name}", _fall(season, -change[name])) for name in order[1:2]),
        *at_the_warning(scenario, trials, season, chosen, gain, 3600 * options.lead_h, options.seed),
        *_ceiling(season, gain, question.rules.budget > 0),
        *_still_short(question, season, chosen),
        *_one_more(trials, options, question, season, chosen),
        *_binding(question, best),
        *value,
    )
    return Plan(
        _overrides(scenario, season, now, chosen), why, best.outcome, _rows(scenario, season, now, chosen)
    )


def _unlike(ideas: Mapping[str, np.ndarray], now: np.ndarray) -> dict[str, np.ndarray]:
    """Ideas that differ from what there is and from those before them."""
    kept: dict[str, np.ndarray] = {}
    for name, amounts in ideas.items():
        if all(np.abs(amounts - other).max() >= SMALLEST / 2 for other in (now, *kept.values())):
            kept[name] = amounts
    return kept


def rounded(stock: np.ndarray) -> np.ndarray:
    """Stock in whole tenths of a tonne with each material's total rounded down: largest remainders go up."""
    steps = np.maximum(stock, 0) / SMALLEST
    whole = np.floor(steps + 1e-6)
    for k in range(stock.shape[1]):
        missing = int(np.floor(steps[:, k].sum() + 1e-6) - whole[:, k].sum())
        rest = np.argsort(-(steps[:, k] - whole[:, k]), kind="stable")
        whole[rest[:missing], k] += 1
    return np.asarray(np.round(whole * SMALLEST, 6))


def _loads(scenario: Scenario, of: Sequence[Material]) -> np.ndarray:
    """(yards, materials) t that the machines that stand there carry."""
    index = {d.id: i for i, d in enumerate(scenario.fleet.depots)}
    loads = np.zeros((len(index), len(of)))
    for k, material in enumerate(of):
        for row, kind, depot in users(scenario, material):
            full = kind.fuel_tank if material.use == "fuel" else kind.hopper
            loads[index[depot], k] += row.count * full / 1000
    return loads


def _by_loads(scenario: Scenario, of: Sequence[Material], stock: np.ndarray) -> np.ndarray:
    """The same totals where the machines stand that take them: the rule of thumb that a programme must beat."""
    loads = _loads(scenario, of)
    return np.asarray(loads * stock.sum(axis=0) / loads.sum(axis=0))


def _tried(
    trials: Trials, options: Options, season: Season, ideas: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """(storms,) change of the burden in each of the season's storms, by idea."""
    labels = {
        f"{name} {w}": stocked(storm, season.materials, amounts)
        for name, amounts in ideas.items()
        for w, storm in enumerate(season.scenarios)
    }
    found = trials(labels, [options.seed]) if labels else {}
    count = range(len(season.scenarios))
    return {
        name: np.array([burden(found[f"{name} {w}"][0]) - burden(season.base[w]) for w in count])
        for name in ideas
    }


# --------------------------------------------------------------------------- why


def _spent(question: _Question, now: np.ndarray, chosen: np.ndarray) -> list[Reason]:
    """What is bought for how much, or that what there is is moved."""
    bought = chosen.sum(axis=0) - now.sum(axis=0)
    money = float(np.maximum(bought, 0) @ question.depots.price)
    if money <= 0:
        return [Reason("stock.moved", {"amount_kg": 500 * float(np.abs(chosen - now).sum())})]
    gaps = {"amount_kg": 1000 * float(bought.sum()), "money_cny": money, "budget_cny": question.rules.budget}
    return [Reason("stock.bought", gaps)]


def _fall(season: Season, gain: float) -> dict[str, float]:
    """A fall of the mean burden in the season's storms, and its share of what that is today."""
    return {"gain_kmh": gain, "gain_share": gain / max(season.today, 1e-9)}


def _ceiling(season: Season, gain: float, may_buy: bool) -> list[Reason]:
    """What plenty of everything would bring, by the runs: no stock can bring more, but for luck."""
    most = float(season.gain.mean())
    left = max(0.0, most - gain)
    key = "none_left" if left < NEAR * most else "budget_left" if may_buy else "amount_left"
    if not gain:
        key = "ceiling_bought" if may_buy else "ceiling"
    gaps = {**_fall(season, most), "left_kmh": left, "reached_share": gain / most}
    return [Reason(f"stock.{key}", gaps)]


def _binding(question: _Question, best: Stage) -> list[Reason]:
    """What else holds the programme's stock back: a yard's room, a yard's bays."""
    prices, names = best.prices, question.depots.names
    rooms = {int(row.split("_")[1]): price for row, price in prices.items() if row.startswith("room_")}
    bays: dict[int, float] = {}
    for row, price in prices.items():
        if row.startswith("bays_"):
            bays[int(row.split("_")[3])] = bays.get(int(row.split("_")[3]), 0.0) + price
    found = []
    for key, by_yard in (("stock.room_binds", rooms), ("stock.bays_bind", bays)):
        if by_yard:
            yard = max(by_yard, key=lambda i: (by_yard[i], -i))
            if by_yard[yard] > 0.01 * float(question.asked.worth.max()):
                found.append(Reason(key, {"depot": names[yard], "gain_kmh": by_yard[yard]}))
    return found


def _one_more(
    trials: Trials, options: Options, question: _Question, season: Season, chosen: np.ndarray
) -> list[Reason]:
    """What one more tonne brings in the thirstiest storm, at the yard where the programme prices it highest: by runs
    with so much more that luck does not drown it, and beside them by the programme."""
    w, seeds = season.heaviest, [options.seed + i for i in range(3)]
    prices = question.solved(question.asked.only(w), chosen).prices
    worths = {row: price for row, price in prices.items() if row.startswith("held_") and price > 0}
    if not worths:
        return []
    row = max(worths, key=lambda r: (round(worths[r], 6), r))
    i, k = (int(part) for part in row.split("_")[1:])
    missing = float(season.used[w, k] - chosen[:, k].sum())
    if missing < SMALLEST:
        return []
    more, extra = chosen.copy(), min(missing, max(1.0, ENOUGH_TO_TELL * float(chosen[:, k].sum())))
    more[i, k] += extra
    storm = season.scenarios[w]
    asked = {
        "as planned": stocked(storm, season.materials, chosen),
        "more": stocked(storm, season.materials, more),
    }
    found = trials(asked, seeds)
    each = [(burden(b) - burden(a)) / extra for a, b in zip(found["as planned"], found["more"], strict=True)]
    gaps = {"depot": question.depots.names[i], "material": season.materials[k].id, "storm": storm.storm.name,
            "gain_kmh": worths[row], "more_kg": 1000 * extra, "tried_signed_kmh": float(np.mean(each)),
            "least_signed_kmh": min(each), "most_signed_kmh": max(each), "runs_n": len(seeds)}  # fmt: skip
    return [Reason("stock.one_more", gaps)]


def _still_short(question: _Question, season: Season, chosen: np.ndarray) -> list[Reason]:
    """What would change the answer: the money that ends the shortage in the heaviest storm."""
    w, have = season.heaviest, chosen.sum(axis=0)
    missing = np.maximum(season.used[w] - have, 0.0)
    gaps = {"storm": season.scenarios[w].storm.name, "used_kg": 1000 * float(season.used[w].sum()),
            "held_kg": 1000 * float(have.sum())}  # fmt: skip
    if missing.sum() < SMALLEST:
        return [Reason("stock.lasts", gaps)]
    money = float(missing @ question.depots.price)
    return [
        Reason("stock.still_short", {**gaps, "short_kg": 1000 * float(missing.sum()), "money_cny": money})
    ]


def _value_of_the_model(
    scenario: Scenario, options: Options, question: _Question, season: Season, best: Stage, mean: Stage,
    change: Mapping[str, float], chosen: np.ndarray | None,
) -> list[Reason]:  # fmt: skip
    """What reckoning with many storms is worth beside their mean (VSS), what knowing the storm would be (EVPI), and
    what the stock that is proposed, or else the programme's, comes to on storms that it was not made for."""
    now = question.depots.held
    many, knowing = values_of(question.depots, question.points, question.asked, question.rules, best, mean)
    gaps = {"vss_kmh": max(0.0, many), "evpi_kmh": max(0.0, knowing)}
    by_runs = change["programme"] - change["mean"] if {"mean", "programme"} <= change.keys() else None
    if by_runs is not None:
        gaps["runs_signed_kmh"] = by_runs
    fresh = _fresh(scenario, options, question, season)
    before, after = (
        float(question.solved(fresh, stock).costs.mean())
        for stock in (now, best.stock if chosen is None else chosen)
    )
    out = {"storms_n": len(fresh.demand), "before_kmh": before, "after_kmh": after}
    return [
        Reason("stock.vss" if by_runs is None else "stock.vss_runs", gaps),
        Reason("stock.fresh_programme" if chosen is None else "stock.fresh", out),
    ]


def _fresh(scenario: Scenario, options: Options, question: _Question, season: Season) -> Asked:
    """What other storms of the season ask for, by what falls in them beside the storms that were run."""
    drawn = storms(scenario, options.storms, options.seed + FRESH)
    known = np.array([falls(storm) for storm in season.scenarios])
    order = np.argsort(known, kind="stable")

    def like(values: np.ndarray) -> np.ndarray:
        columns = [np.interp([falls(s) for s in drawn], known[order], column[order]) for column in values.T]
        return np.array(columns).T

    amounts = like(season.used)
    shares = np.array([[by_period(storm, m) for m in season.materials] for storm in drawn])
    return Asked(amounts[:, :, np.newaxis] * shares, like(question.asked.worth))


# --------------------------------------------------------------------------- the plan's tables


def _overrides(scenario: Scenario, season: Season, now: np.ndarray, chosen: np.ndarray) -> dict[str, float]:
    return {
        f"fleet.stock.{depot.id}:{material.id}.amount_t": float(chosen[i, k])
        for k, material in enumerate(season.materials)
        for i, depot in enumerate(scenario.fleet.depots)
        if abs(chosen[i, k] - now[i, k]) >= SMALLEST / 2
    }


def _rows(
    scenario: Scenario, season: Season, now: np.ndarray, chosen: np.ndarray
) -> tuple[dict[str, str | float], ...]:
    return tuple(
        {"depot": depot.id, "material": material.id, "now_kg": 1000 * float(now[i, k]),
         "then_kg": 1000 * float(chosen[i, k]), "change_signed_kg": 1000 * float(chosen[i, k] - now[i, k])}
        for k, material in enumerate(season.materials)
        for i, depot in enumerate(scenario.fleet.depots)
        if now[i, k] or chosen[i, k]
    )  # fmt: skip
