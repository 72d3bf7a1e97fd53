"""The curve of burden against money: what the best sets of measures leave, and what runs say of some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from results.charts import WIDE, drawn, legend, style
from results.content import Block, Paragraph
from results.language import Words, both

TEN_THOUSAND = 1e4
"""CNY: the unit of Chinese budgets."""


@dataclass(frozen=True)
class Money:
    """What is drawn; see ``optimization.plan.Curve``."""

    steps: Sequence[tuple[float, float]]
    """(CNY, km h left), reckoned, by rising cost."""
    tried: Sequence[tuple[float, float, float]]
    """(CNY, km h left, half of its 90 % interval), by runs; the set that is proposed first."""
    budget: float


def money_chart(money: Money, words: Words, width: float = WIDE) -> Figure:
    """Steps of the best sets, the budget as a line, sets that were run as points with their intervals."""
    unit = TEN_THOUSAND if words.language == "zh" else 1e6
    costs, left = zip(*((cost / unit, burden) for cost, burden in money.steps), strict=True)
    end = max(*costs, *(cost / unit for cost, *_ in money.tried), money.budget / unit)
    with style():
        figure = Figure(figsize=(width, 3.6))
        axes = figure.subplots()
        axes.step(
            (*costs, 1.05 * end),
            (*left, left[-1]),
            where="post",
            color="#0072b2",
            label=words["chart.money_steps"],
        )
        axes.plot(costs, left, "o", color="#0072b2", markersize=3)
        axes.axvline(money.budget / unit, color="#5b6470", linestyle=":", label=words["chart.money_budget"])
        (first, *others) = money.tried
        for points, colour, mark, key in (
            (others, "#8d96a3", "s", "chart.money_tried"),
            ([first], "#c8102e", "D", "chart.money_funded"),
        ):
            if points:
                x, y, half = zip(*points, strict=True)
                axes.errorbar([c / unit for c in x], y, yerr=half, fmt=mark, color=colour, markersize=5, capsize=3,
                              linewidth=1.2, label=words[key])  # fmt: skip
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, 1.05 * end)
        axes.set_xlabel(words["chart.money_x"])
        axes.set_ylabel(words["chart.money_y"])
        legend(axes, 2)
    return figure


def money_blocks(money: Money | None) -> list[Block]:
    """The curve and how to read it; nothing where there is none."""
    if money is None:
        return []
    return [
        *drawn("money", both("planning.money"), partial(money_chart, money)),
        Paragraph(both("planning.money_read")),
    ]
