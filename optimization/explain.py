"""Why a programme has no plan, in sentences: what the rows that cannot hold together say.

Callers give rows a meaning when they build them (``Model.row``); where none was given the row is named. Nothing is
said of rows that have no part in the conflict.
"""

from __future__ import annotations

from collections.abc import Mapping

from optimization.model import Meaning
from optimization.plan import Reason
from optimization.solver import Outcome


def conflict(outcome: Outcome, meanings: Mapping[str, Meaning]) -> tuple[Reason, ...]:
    """A heading and a sentence for each row of the conflict; empty where there is none.

    Rows that say the same are told once.
    """
    said = [meanings.get(name, ("conflict.unnamed", {"row": name})) for name in outcome.conflict]
    once = [m for i, m in enumerate(said) if m not in said[:i]]
    if not once:
        return ()
    return (Reason("conflict.together", {"n": len(once)}), *(Reason(key, gaps) for key, gaps in once))
