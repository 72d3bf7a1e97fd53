"""The cross-sections inside a running SWMM, through the functions its library exports (where it does)."""

from __future__ import annotations

import ctypes
import struct
from pathlib import Path

import numpy as np
import swmm.toolkit

from simulation.drainage.inp import FOOT
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import options

_DOUBLES = ("yFull", "wMax", "ywMax", "aFull", "rFull", "sFull", "sMax", "yBot", "aBot", "sBot", "rBot")
_PROBES = (1.2345, 1.3456)


class _Section(ctypes.Structure):
    """SWMM's own record of a section, in feet."""

    _fields_ = [(name, ctypes.c_int) for name in ("type", "culvert", "transect")] + [
        (name, ctypes.c_double) for name in _DOUBLES
    ]


def _library() -> ctypes.PyDLL | None:
    path = Path(swmm.toolkit.__file__).parent / "libswmm5.so"
    library = ctypes.PyDLL(str(path)) if path.exists() else None
    return library if hasattr(library, "xsect_getAofY") else None


LIBRARY = _library()
"""None where SWMM does not show its sections (any system but Linux)."""


def model(*sections: str, tables: str = "") -> str:
    """Conduits L0, L1... of 100 m at 1 %, side by side, each with its section (m)."""
    count = range(len(sections))
    rows = [
        options(),
        "[JUNCTIONS]",
        *(f"A{i} 11 9" for i in count),
        "[OUTFALLS]",
        *(f"B{i} 10 FREE" for i in count),
        "[CONDUITS]",
        *(f"L{i} A{i} B{i} 100 0.013 0 0" for i in count),
        "[XSECTIONS]",
        *(f"L{i} {section}" for i, section in enumerate(sections)),
        tables,
    ]
    return "\n".join(rows) + "\n"


def _record() -> tuple[int, int]:
    """Bytes from a link to its section, and from link to link, found by two known depths."""
    with SwmmDrainage(model(*(f"CIRCULAR {depth} 0 0 0" for depth in _PROBES))):
        raw = ctypes.string_at(ctypes.c_void_p.in_dll(LIBRARY, "Link").value or 0, 1200)
    first, second = (raw.find(struct.pack("d", depth / FOOT)) for depth in _PROBES)
    return first - _Section.yFull.offset, second - first


class SectionInSwmm:
    """One conduit's section in the model that is open in SWMM now; m."""

    def __init__(self, link: int, offset: int, size: int) -> None:
        base = ctypes.c_void_p.in_dll(LIBRARY, "Link").value or 0
        self._record = _Section.from_address(base + link * size + offset)
        self.full = {
            "full_depth": self._record.yFull * FOOT,
            "full_area": self._record.aFull * FOOT**2,
            "full_hydrad": self._record.rFull * FOOT,
            "max_width": self._record.wMax * FOOT,
            "full_factor": self._record.sFull * FOOT ** (8 / 3),
            "max_factor": self._record.sMax * FOOT ** (8 / 3),
        }

    def _ask(self, what: str, values: np.ndarray, unit: float, result: float) -> np.ndarray:
        function = getattr(LIBRARY, f"xsect_get{what}")
        function.restype, function.argtypes = ctypes.c_double, [ctypes.POINTER(_Section), ctypes.c_double]
        return np.array([function(ctypes.byref(self._record), float(v)) for v in values / unit]) * result

    def area(self, depth: np.ndarray) -> np.ndarray:
        """m2."""
        return self._ask("AofY", depth, FOOT, FOOT**2)

    def width(self, depth: np.ndarray) -> np.ndarray:
        """m."""
        return self._ask("WofY", depth, FOOT, FOOT)

    def hydrad(self, depth: np.ndarray) -> np.ndarray:
        """m."""
        return self._ask("RofY", depth, FOOT, FOOT)

    def normal_depth(self, factor: np.ndarray) -> np.ndarray:
        """m at section factors in m^(8/3)."""
        area = self._ask("AofS", factor, FOOT ** (8 / 3), FOOT**2)
        return self._ask("YofA", area, FOOT**2, FOOT)

    def critical_depth(self, flow: np.ndarray) -> np.ndarray:
        """m at flows in m3/s."""
        return self._ask("Ycrit", flow, FOOT**3, FOOT)


def sections_in_swmm(count: int) -> list[SectionInSwmm]:
    """Those of the first conduits of the model that is open."""
    return [SectionInSwmm(i, *RECORD) for i in range(count)]


RECORD = _record() if LIBRARY else (0, 0)
