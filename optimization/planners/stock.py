"""How much of each material in which yard.

Storms that a season may bring are drawn about the scenario's own. Each is run with what there is and with plenty of
everything: that tells what it would use and what the shortage costs. A two-stage programme (``_stock_model``) then
buys within the budget and moves between yards; its answer and simpler ones are run in the same storms, and the best
is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimization.ground import Ground
from optimization.plan import CannotPlan, Figures, Plan, Reason, Trials, burden
from optimization.planners._stock_demand import PERIODS, Points, by_period, points, users
from optimization.planners._stock_model import Depots, Rules, Stage, risked, stockpile
from optimization.planners._storms import rainfall, snowfall, storms
from simulation.model import Material, Scenario, Stock

SCARCE = 0.02
"""Share of what a storm would use from which a shortage of it is one (a setting; luck moves about half of that)."""
MOST = 0.7
"""Share of a material that is most of it: some of the rest lies where nobody loads (a setting)."""
SMALLEST = 0.1
"""t to which yards are stocked."""
ENOUGH_TO_TELL = 0.15
"""Share of a stock that is added to see what more of it brings: less drowns in luck (a setting)."""
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
    """Times what it holds today that a yard takes of de-icer and grit; yards with less take the mean."""
    lead_h: float = 24.0
    """Hours until what is ordered in the storm arrives."""
    premium: float = 2.0
    """Its price over that before the season."""
    seed: int = 0


TAIL = 0.2
LIMITS = {"budget": (0, 1e12), "storms": (2, 30), "cvar": (0, 1), "capacity": (1, 100), "lead_h": (0, 720),
          "premium": (1, 100)}  # fmt: skip


@dataclass(frozen=True)
class _Season:
    """Storms that were run, and what they asked for."""

    scenarios: tuple[Scenario, ...]
    materials: tuple[Material, ...]
    base: Sequence[Figures]
    held: np.ndarray
    """(materials,) t that there is."""
    used: np.ndarray
    """(storms, materials) t that is used where there is plenty."""
    short: np.ndarray
    """(storms, materials) t that was missing with today's stock."""
    gain: np.ndarray
    """(storms,) weighted km h less with plenty."""

    @property
    def heaviest(self) -> int:
        """The storm that uses most."""
        return int(np.argmax(self.used.sum(axis=1)))


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """What to buy and to move. Raises CannotPlan where no crew takes material, or an option is out of bounds."""
    _check(options)
    taken = materials(scenario)
    if not taken:
        raise CannotPlan("stock.nothing")
    season = _season(scenario, trials, options, taken)
    scarce = _scarce(season)
    if not scarce.any() or season.gain.mean() <= 0:
        return Plan({}, _enough(season, scarce))
    season = _only(season, scarce)
    return _planned(scenario, trials, options, season)


def _check(options: Options) -> None:
    for name, (low, high) in LIMITS.items():
        value = getattr(options, name)
        if not low <= value <= high:
            raise CannotPlan(
                "stock.out_of_bounds", option=name.replace("_", "-"), value=value, low=low, high=high
            )


def materials(scenario: Scenario) -> tuple[Material, ...]:
    """What crews take in the scenario's storms and some yard holds; of de-icers and bags that nobody holds the first."""
    fleet = scenario.fleet
    asked = {"deicer": "snow", "bag": "water"}
    stocked = {s.material for s in fleet.stock if s.amount > 0}
    found: list[Material] = []
    for use in ("deicer", "bag", "fuel"):
        of = [m for m in fleet.materials if m.use == use]
        here = [m for m in of if m.id in stocked] or (of[:1] if use in asked else [])
        if asked.get(use, scenario.hazards[0]) in scenario.hazards:
            found += [m for m in here if users(scenario, m) and _has_places(scenario, m)]
    return tuple(found)


def _has_places(scenario: Scenario, material: Material) -> bool:
    sites = any(p.kind in ("waterlogging", "underpass", "metro") for p in scenario.city.places)
    return material.use != "bag" or sites


def held(scenario: Scenario, of: Sequence[Material]) -> np.ndarray:
    """(yards, materials) t that lies in the yards."""
    amounts = {(s.depot, s.material): s.amount / 1000 for s in scenario.fleet.stock}
    return np.array([[amounts.get((d.id, m.id), 0.0) for m in of] for d in scenario.fleet.depots])


def stocked(scenario: Scenario, of: Sequence[Material], amounts: np.ndarray) -> Scenario:
    """The scenario with these tonnes (yards, materials) in its yards."""
    ids = {m.id for m in of}
    rows = [s for s in scenario.fleet.stock if s.material not in ids]
    rows += [
        Stock(depot=depot.id, material=material.id, amount=1000 * float(amounts[i, k]))
        for i, depot in enumerate(scenario.fleet.depots)
        for k, material in enumerate(of)
        if amounts[i, k] > 0
    ]
    fleet = scenario.fleet.model_copy(update={"stock": tuple(rows)})
    return scenario.model_copy(update={"fleet": fleet})


# --------------------------------------------------------------------------- what storms ask for


def _season(scenario: Scenario, trials: Trials, options: Options, of: tuple[Material, ...]) -> _Season:
    """Each storm with what there is, and with plenty."""
    drawn = storms(scenario, options.storms, options.seed)
    now = held(scenario, of)
    plenty = now + np.array([_plenty(scenario, m, now[:, k].sum()) for k, m in enumerate(of)])
    labels = {f"now {w}": storm for w, storm in enumerate(drawn)}
    labels |= {f"plenty {w}": stocked(storm, of, plenty) for w, storm in enumerate(drawn)}
    found = trials(labels, [options.seed])
    base = [found[f"now {w}"][0] for w in range(len(drawn))]
    rich = [found[f"plenty {w}"][0] for w in range(len(drawn))]
    used = np.array([[f.get(f"material_used_t.{m.id}") or 0.0 for m in of] for f in rich])
    drew = np.array([[f.get(f"material_used_t.{m.id}") or 0.0 for m in of] for f in base])
    gain = np.array([burden(a) - burden(b) for a, b in zip(base, rich, strict=True)])
    return _Season(tuple(drawn), of, base, now.sum(axis=0), used, np.maximum(used - drew, 0.0), gain)


def _plenty(scenario: Scenario, material: Material, whole: float) -> float:
    """t that no storm uses up, for each yard: what the district holds, or ten loads of every machine."""
    loads = sum(
        row.count * (kind.fuel_tank if material.use == "fuel" else kind.hopper)
        for row, kind, _ in users(scenario, material)
    )
    return max(whole, 10 * loads / 1000)


def _scarce(season: _Season) -> np.ndarray:
    """(materials,) bool: storms would have used more than they did, and one of them most of what there is (machines
    that have salt burn more diesel, too: that is no shortage of it)."""
    more = season.short.sum(axis=0) > SCARCE * np.maximum(season.used.sum(axis=0), 1e-9)
    return np.asarray(more & (season.used.max(axis=0) > MOST * season.held))


def _only(season: _Season, scarce: np.ndarray) -> _Season:
    kept = tuple(m for m, short in zip(season.materials, scarce, strict=True) if short)
    return replace(
        season,
        materials=kept,
        held=season.held[scarce],
        used=season.used[:, scarce],
        short=season.short[:, scarce],
    )


def _enough(season: _Season, scarce: np.ndarray) -> tuple[Reason, ...]:
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
    demand: np.ndarray
    """(storms, materials, PERIODS) t"""
    worth: np.ndarray
    rules: Rules

    def solved(self, demand: np.ndarray | None = None, fixed: np.ndarray | None = None) -> Stage:
        """The stock for these storms, or what they make of a stock that is given."""
        asked = self.demand if demand is None else demand
        return stockpile(self.depots, self.points, asked, self.worth, self.rules, fixed)


def _question(scenario: Scenario, options: Options, season: _Season) -> _Question:
    ground, fleet = Ground(scenario), scenario.fleet
    now = held(scenario, season.materials)
    bulk = np.array([m.use == "deicer" for m in season.materials])
    lying = now[:, bulk].sum(axis=1)
    period = scenario.duration / PERIODS
    depots = Depots(
        names=tuple(d.id for d in fleet.depots),
        held=now,
        room=options.capacity * np.maximum(lying, lying.mean()),
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
    rules = Rules(options.budget, options.cvar, TAIL, options.premium, options.lead_h * 3600 / period)
    of = [points(scenario, ground, m) for m in season.materials]
    question = _Question(depots, of, demand, np.ones(len(of)), rules)
    return replace(question, worth=_worth(question, season))


def _worth(question: _Question, season: _Season) -> np.ndarray:
    """(materials,) weighted km h a tonne, so that what the programme reckons for today's stock beside plenty is what
    the runs came to."""
    plenty = question.depots.held + season.used.max(axis=0)
    room = question.depots.room + plenty.sum()
    free = replace(question, depots=replace(question.depots, room=room))
    reckoned = free.solved(fixed=question.depots.held).costs - free.solved(fixed=plenty).costs
    each = float(season.gain.sum()) / max(float(reckoned.sum()), 1e-9)
    return np.full(len(question.points), each)


def _planned(scenario: Scenario, trials: Trials, options: Options, season: _Season) -> Plan:
    question = _question(scenario, options, season)
    best = question.solved()
    mean = question.solved(question.demand.mean(axis=0, keepdims=True))
    now = question.depots.held
    ideas = {"programme": rounded(best.stock), "mean": rounded(mean.stock),
             "loads": rounded(_by_loads(scenario, season.materials, best.stock))}  # fmt: skip
    ideas = _unlike(ideas, now)
    tried = _tried(trials, options, season, ideas)
    order = sorted(ideas, key=lambda name: (tried[name], name))
    value = _value_of_the_model(scenario, options, question, season, best, mean)
    if not order or tried[order[0]] >= 0:
        why = [Reason("stock.none_better", {"ideas_n": len(ideas), "storms_n": len(season.scenarios)})]
        return Plan({}, (*why, *_binding(question, best), *value), best.outcome)
    chosen = ideas[order[0]]
    why = [
        *_spent(question, now, chosen),
        *_binding(question, best),
        *_one_more(scenario, trials, options, question, season, chosen),
        Reason(
            f"stock.best_{order[0]}",
            {"change_signed_kmh": tried[order[0]], "storms_n": len(season.scenarios)},
        ),
        *(Reason(f"stock.next_{name}", {"change_signed_kmh": tried[name]}) for name in order[1:2]),
        *_still_short(question, season, chosen),
        *value,
    ]
    return Plan(
        _overrides(scenario, season, now, chosen),
        tuple(why),
        best.outcome,
        _rows(scenario, season, now, chosen),
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


def _by_loads(scenario: Scenario, of: Sequence[Material], stock: np.ndarray) -> np.ndarray:
    """The same totals where the machines stand that take them: the rule of thumb that a programme must beat."""
    index = {d.id: i for i, d in enumerate(scenario.fleet.depots)}
    spread = np.zeros_like(stock)
    for k, material in enumerate(of):
        for row, kind, depot in users(scenario, material):
            spread[index[depot], k] += row.count * (kind.fuel_tank if material.use == "fuel" else kind.hopper)
        spread[:, k] *= stock[:, k].sum() / spread[:, k].sum()
    return spread


def _tried(
    trials: Trials, options: Options, season: _Season, ideas: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Mean change of the burden in the season's storms, by idea."""
    labels = {
        f"{name} {w}": stocked(storm, season.materials, amounts)
        for name, amounts in ideas.items()
        for w, storm in enumerate(season.scenarios)
    }
    found = trials(labels, [options.seed]) if labels else {}
    count = range(len(season.scenarios))
    return {
        name: float(np.mean([burden(found[f"{name} {w}"][0]) - burden(season.base[w]) for w in count]))
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


def _binding(question: _Question, best: Stage) -> list[Reason]:
    """What holds the plan back most: money, the material there is, a yard's room, a yard's bays."""
    prices, names = best.prices, question.depots.names
    money = sum(price for row, price in prices.items() if row.startswith("budget_"))
    rooms = {int(row.split("_")[1]): price for row, price in prices.items() if row.startswith("room_")}
    bays: dict[int, float] = {}
    for row, price in prices.items():
        if row.startswith("bays_"):
            bays[int(row.split("_")[3])] = bays.get(int(row.split("_")[3]), 0.0) + price
    found = []
    if question.rules.budget > 0 and money > 0:
        found.append(Reason("stock.budget_binds", {"gain_kmh": 1000 * money, "money_cny": 1000.0}))
    elif stock := {r: p for r, p in prices.items() if r.startswith("held_") and p > 0}:
        row = max(stock, key=lambda r: (stock[r], r))
        material = question.points[int(row.split("_")[2])].material.id
        found.append(Reason("stock.amount_binds", {"material": material, "gain_kmh": stock[row]}))
    for key, by_yard in (("stock.room_binds", rooms), ("stock.bays_bind", bays)):
        if by_yard:
            yard = max(by_yard, key=lambda i: (by_yard[i], -i))
            if by_yard[yard] > 0.01 * float(question.worth.max()):
                found.append(Reason(key, {"depot": names[yard], "gain_kmh": by_yard[yard]}))
    return found


def _one_more(
    scenario: Scenario,
    trials: Trials,
    options: Options,
    question: _Question,
    season: _Season,
    chosen: np.ndarray,
) -> list[Reason]:
    """What one more tonne is worth in the heaviest storm, at the yard where it is worth most: by the programme, and by
    running the storm with so much more that luck does not drown it."""
    w, seeds = season.heaviest, [options.seed + i for i in range(3)]
    prices = question.solved(question.demand[w : w + 1], chosen).prices
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
    fell = [burden(a) - burden(b) for a, b in zip(found["as planned"], found["more"], strict=True)]
    gaps = {"depot": question.depots.names[i], "material": season.materials[k].id, "storm": storm.storm.name,
            "gain_kmh": worths[row], "more_kg": 1000 * extra,
            "tried_signed_kmh": -float(np.mean(fell)) / extra, "runs_n": len(seeds)}  # fmt: skip
    return [Reason("stock.one_more", gaps)]


def _still_short(question: _Question, season: _Season, chosen: np.ndarray) -> list[Reason]:
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
    scenario: Scenario, options: Options, question: _Question, season: _Season, best: Stage, mean: Stage
) -> list[Reason]:
    """What reckoning with many storms is worth beside their mean (VSS), what knowing the storm would be (EVPI), and
    what the stock comes to on storms that the programme was not given."""
    rules, now = question.rules, question.depots.held
    goal = risked(best.costs, rules)
    blind = risked(question.solved(fixed=mean.stock).costs, rules)
    alone = [question.solved(question.demand[w : w + 1]).costs[0] for w in range(len(question.demand))]
    seeing = risked(np.array(alone), rules)
    fresh = _fresh_demand(scenario, options, season)
    out = {
        name: float(question.solved(fresh, stock).costs.mean())
        for name, stock in (("now", now), ("best", best.stock))
    }
    return [
        Reason("stock.vss", {"vss_kmh": max(0.0, blind - goal), "evpi_kmh": max(0.0, goal - seeing)}),
        Reason("stock.fresh", {"storms_n": len(fresh), "before_kmh": out["now"], "after_kmh": out["best"]}),
    ]  # fmt: skip


def _fresh_demand(scenario: Scenario, options: Options, season: _Season) -> np.ndarray:
    """(storms, materials, PERIODS) t that other storms of the season ask for, by what falls in them."""
    drawn = storms(scenario, options.storms, options.seed + FRESH)
    known = np.array([_falls(storm) for storm in season.scenarios])
    order = np.argsort(known, kind="stable")
    return np.array(
        [
            [
                np.interp(_falls(storm), known[order], season.used[order, k]) * by_period(storm, m)
                for k, m in enumerate(season.materials)
            ]
            for storm in drawn
        ]
    )


def _falls(scenario: Scenario) -> float:
    """kg/m2 of what the scenario reckons with."""
    falling = snowfall(scenario) if "snow" in scenario.hazards else rainfall(scenario)
    return float(falling.sum())


# --------------------------------------------------------------------------- the plan's tables


def _overrides(scenario: Scenario, season: _Season, now: np.ndarray, chosen: np.ndarray) -> dict[str, float]:
    return {
        f"fleet.stock.{depot.id}:{material.id}.amount_t": float(chosen[i, k])
        for k, material in enumerate(season.materials)
        for i, depot in enumerate(scenario.fleet.depots)
        if abs(chosen[i, k] - now[i, k]) >= SMALLEST / 2
    }


def _rows(
    scenario: Scenario, season: _Season, now: np.ndarray, chosen: np.ndarray
) -> tuple[dict[str, str | float], ...]:
    return tuple(
        {"depot": depot.id, "material": material.id, "now_kg": 1000 * float(now[i, k]),
         "then_kg": 1000 * float(chosen[i, k]), "change_signed_kg": 1000 * float(chosen[i, k] - now[i, k])}
        for k, material in enumerate(season.materials)
        for i, depot in enumerate(scenario.fleet.depots)
        if now[i, k] or chosen[i, k]
    )  # fmt: skip
