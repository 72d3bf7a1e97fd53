"""Why a programme has no plan, in sentences: what the rows that cannot hold together say.

Callers give rows a meaning when they build them (``Model.row``); where none was given the row is named. Nothing is
said of rows that have no part in the conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimization.model import Meaning
from optimization.plan import Reason
from optimization.solver import Outcome


def conflict(outcome: Outcome, meanings: Mapping[str, Meaning]) -> tuple[Reason, ...]:
    """A heading and a sentence for each row of the conflict; empty where there is none.

    Rows that say the same are told once: of several ``team``s, or of several hours, ``from`` the first ``to`` the last.
    """
    once: dict[Any, dict[str, Any]] = {}
    for name in outcome.conflict:
        key, gaps = meanings.get(name, ("conflict.unnamed", {"row": name}))
        same = key, tuple(sorted((k, v) for k, v in gaps.items() if k not in ("team", "from", "to")))
        told = once.setdefault(same, {**gaps, "team": ()} if "team" in gaps else dict(gaps))
        if "team" in gaps and gaps["team"] not in told["team"]:
            told["team"] = (*told["team"], gaps["team"])
        if "from" in gaps:
            told["to"] = gaps["to"]
    if not once:
        return ()
    return (Reason("conflict.together", {"n": len(once)}), *(Reason(key, g) for (key, _), g in once.items()))
