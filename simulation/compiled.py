"""Compiled code that is kept on disk, and compiled anew when any of it changes.

Numba asks whether a function's own file has changed, not those of the functions it calls, so that a kernel would go on
with what was compiled of its callees. Here all kernels of a folder are kept under a name that comes from all of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import config

ELSEWHERE = Path.home() / ".cache" / "stormyard"
"""Where compiled code is kept if the program's own folder cannot be written to."""


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """``numba.njit`` whose results are kept on disk as long as no file in the function's folder changes."""

    def made(function: Callable[..., Any]) -> Any:
        before = config.CACHE_DIR  # type: ignore[attr-defined]
        config.CACHE_DIR = str(kept_in(Path(function.__code__.co_filename).parent))  # type: ignore[attr-defined]
        try:
            return numba.njit(cache=True, **options)(function)
        finally:
            config.CACHE_DIR = before  # type: ignore[attr-defined]

    return made


@cache
def kept_in(folder: Path) -> Path:
    """Where the code compiled from a folder's files is kept: named by what stands in them."""
    stamp = hashlib.sha256(numba.__version__.encode())
    for file in sorted(folder.glob("*.py")):
        stamp.update(file.name.encode() + b"\0" + file.read_bytes())
    home = folder if os.access(folder, os.W_OK) else ELSEWHERE
    return home / "__pycache__" / f"compiled-{stamp.hexdigest()[:16]}"
