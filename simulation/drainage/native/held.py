"""What a compiled function works on for a whole run, handed over as one thing.

Numba looks at every array of its arguments at every call, about 0.1 us each: more than a small model's minute takes.
A ``Held`` is looked at once, when it is made; a call hands over its address. The arrays are those that were given, so
what is written to them is seen here and there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numba import njit, types
from numba.experimental import structref


@structref.register
class _HeldType(types.StructRef):
    """How the compiled functions know a ``Held``."""


class Held(structref.StructRefProxy):
    """``parts``: a tuple of named tuples, arrays and numbers; only compiled functions can look into it."""

    parts: Any


structref.define_proxy(Held, _HeldType, ["parts"])


def keep(function: Any) -> Any:
    """Let the kept compiled code of a function count only while no file of this folder has changed: numba looks at
    the file of the function alone, and what it calls stands in others. Those need no ``cache`` of their own."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    stamp = tuple((file.name, file.stat().st_mtime, file.stat().st_size) for file in files)
    if (kept := getattr(getattr(function, "_cache", None), "_cache_file", None)) is not None:
        kept._source_stamp = stamp
    return function


@keep
@njit(cache=True)
def hold(parts: Any) -> Held:
    """A Held of ``parts``."""
    return Held(parts)
