"""What the design cloudburst does to a drain model, and how much of it the teams at hand can change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.importers.drain_model import Floods, deep_water
from simulation.model import Name, Scenario, Segment, WaterPhysics

PUMP_LEAD = 30
"""Minutes from deep water to the first pump that runs: reading and report 10, decision up to 15, drive 5, set-up 12
to 20 by the defaults of ``Command`` and of the catalogue; the first pump of runs on four models came after 26, 28,
35 and 48."""
EARLIEST = 20
"""The same where all goes well: what pumps can move at most is reckoned from then on."""
LITTLE = 0.05
"""Share of the overflow below which pumping hardly shows in a run's totals (a setting)."""
LEAST_TOTAL = 1.0
"""m3 of overflow that counts as any (a setting)."""


def flood_notes(floods: Floods, segments: Sequence[Segment], scenario: Scenario) -> tuple[Name, ...]:
    """Overflow when nobody acts, what pumps can do about it and why they may not, and that inlets are clean."""
    return tuple(_told(floods, segments, scenario))


def _told(floods: Floods, segments: Sequence[Segment], scenario: Scenario) -> Iterator[Name]:
    total = floods.total
    if total < LEAST_TOTAL:
        yield Name(
            zh="设计暴雨下没有节点溢流：队伍无水可抽，应另设更大的暴雨",
            en="no node overflows in the design cloudburst: teams find no water to pump; give it a heavier storm",
        )
    else:
        yield Name(
            zh=f"设计暴雨下无人处置时共溢流 {total:,.0f} m3，与 SWMM 单独计算一致",
            en=f"when nobody acts, {total:,.0f} m3 overflow in the design cloudburst, as in SWMM alone",
        )
        yield _pumping(floods, segments, scenario)
        yield from _off_road(floods, segments)
    clogged = WaterPhysics().clog_start
    yield Name(
        zh=f"雨水口按模型率定的状态取为畅通；变体 clogged-inlets 设为开始时堵塞 {_percent(clogged)}，清掏队有事可做",
        en="inlets are as clean as the model was calibrated; variant clogged-inlets starts with "
        f"{_percent(clogged)} of their capacity blocked, and inlet squads find work",
    )


def _pumping(floods: Floods, segments: Sequence[Segment], scenario: Scenario) -> Name:
    """Where pumps are sent, for how long, and how much of the overflow they can move."""
    limit = scenario.goals.depth_limit
    deep = deep_water(limit, 60 * EARLIEST, floods.nodes, segments)
    cm = f"{100 * limit:.0f} cm"
    if not deep:
        return Name(
            zh=f"队伍能做的：没有道路积水超过 {cm}（超过才派泵），溢流时间短或分散，只能值守和封路",
            en=f"what teams can do: no road gets more than {cm} of water, from which pumps are sent, since overflow is "
            "brief or spread out; crews can only guard and close roads",
        )
    longest, sites = max(d.minutes for d in deep.values()), len(deep)
    zh = f"队伍能做的：超过 {cm} 的积水才派泵，有 {sites} 个节点，最长 {longest:.0f} min"
    en = (
        f"what teams can do: pumps are sent where more than {cm} of water stands, which is at {sites} "
        f"{'node' if sites == 1 else 'nodes'} and for {longest:.0f} minutes at most"
    )
    if longest <= PUMP_LEAD:
        return Name(
            zh=f"{zh}；从报告到出水约 {PUMP_LEAD} min，泵到时水已大半退去：队伍主要是值守和封路，"
            "要减少溢流须扩管或调蓄",
            en=f"{en}; a pump runs about {PUMP_LEAD} minutes after the water is there and comes too late for the worst "
            "of it: crews guard and close roads, and only larger drains or storage would lessen the overflow",
        )
    kinds = {kind.id: kind.pump_rate * kind.pump_yield for kind in scenario.fleet.kinds}
    rate = sum(kinds[row.kind] * row.count for row in scenario.fleet.equipment)
    most = min(rate * (longest - EARLIEST) * 60, sum(d.late for d in deep.values()))
    share = min(1.0, most / floods.total)
    few = share < LITTLE
    return Name(
        zh=f"{zh}；全部水泵每小时可抽 {rate * 3600:,.0f} m3，最多约占溢流的 {_percent(share)}"
        + ("，所以全区总量几乎不变，作用只在个别路段" if few else ""),
        en=f"{en}; all pumps together move {rate * 3600:,.0f} m3 an hour, at most about {_percent(share)} of the "
        "overflow" + (", so the totals hardly change and the effect is on single roads" if few else ""),
    )


def _off_road(floods: Floods, segments: Sequence[Segment]) -> Iterator[Name]:
    """Overflow that no crew can drive to."""
    low = {segment.low_point for segment in segments}
    away = {
        name: flood.volume for name, flood in floods.nodes.items() if name not in low and flood.volume > 0
    }
    everything = sum(flood.volume for flood in floods.nodes.values())
    share = sum(away.values()) / everything if everything > 0 else 0.0
    if share >= LITTLE:
        yield Name(
            zh=f"溢流的 {_percent(share)} 在 {len(away)} 个不是任何路段低点的节点，车辆到不了，不计入道路积水",
            en=f"{_percent(share)} of the overflow is at {len(away)} nodes that are no road's low point: no crew can "
            "drive there, and no road gets that water",
        )


def _percent(share: float) -> str:
    return "1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
