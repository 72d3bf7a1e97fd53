"""What a compiled function works on for a whole run, handed over as one thing.

Numba looks at every array of its arguments at every call, about 0.1 us each: more than a small model's minute takes.
A ``Held`` is looked at once, when it is made; a call hands over its address. The arrays are those that were given, so
what is written to them is seen here and there.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.experimental import structref

from simulation.compiled import compiled


@structref.register
class _HeldType(types.StructRef):
    """How the compiled functions know a ``Held``."""


class Held(structref.StructRefProxy):
    """``parts``: a tuple of named tuples, arrays and numbers; only compiled functions can look into it."""

    parts: Any


structref.define_proxy(Held, _HeldType, ["parts"])


@compiled()
def hold(parts: Any) -> Held:
    """A Held of ``parts``."""
    return Held(parts)
