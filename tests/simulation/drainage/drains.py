"""Tiny named drain models: small enough to reckon by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

START = datetime(2021, 7, 20, 16)
OPTIONS = """[OPTIONS]
FLOW_UNITS {units}
INFILTRATION HORTON
FLOW_ROUTING DYNWAVE
LINK_OFFSETS DEPTH
ALLOW_PONDING {ponding}
START_DATE 07/20/2021
START_TIME 16:00:00
END_DATE 07/20/2021
END_TIME 22:00:00
REPORT_STEP 00:05:00
WET_STEP 00:01:00
DRY_STEP 00:05:00
ROUTING_STEP 5
THREADS 1
"""


def options(units: str = "CMS", ponding: str = "NO") -> str:
    """The OPTIONS all tiny models share: six hours from 16:00."""
    return OPTIONS.format(units=units, ponding=ponding)


def pipe(units: str = "CMS", inflow: float = 0.05) -> str:
    """One pipe: J (2 deep) -> 100 long, 0.5 wide, 1 % -> outfall O; a steady inflow at J, in model units."""
    return (
        options(units)
        + f"""
[JUNCTIONS]
J 11 2 0 0 0
[OUTFALLS]
O 10 FREE
[CONDUITS]
C J O 100 0.013 0 0
[XSECTIONS]
C CIRCULAR 0.5 0 0 0
[INFLOWS]
J FLOW "" FLOW 1.0 1.0 {inflow}
[COORDINATES]
J 0 0
O 100 0
"""
    )


def bucket() -> str:
    """One bucket: a 50 m2 storage B that nothing leaves (the pump to O starts at 5.5 m), fed by inflow alone."""
    return (
        options()
        + """
[STORAGE]
B 10 6 0 FUNCTIONAL 0 0 50
[OUTFALLS]
O 12 FREE
[PUMPS]
P B O CP OFF 5.5 0
[CURVES]
CP PUMP4 0 0.1
CP 6 0.1
"""
    )


def station(rule: bool = False) -> str:
    """A pumped sump: 0.04 m3/s into S (50 m2), pump P takes 0.05 from 1 m down to 0.3 m, or by a rule above 0.5."""
    controls = "[CONTROLS]\nRULE mine\nIF NODE S DEPTH > 0.5\nTHEN PUMP P SETTING = 1.0\nPRIORITY 5\n"
    return (
        options()
        + """
[STORAGE]
S 8 6 0 FUNCTIONAL 0 0 50
[OUTFALLS]
O 12 FREE
[PUMPS]
P S O CP ON 1.0 0.3
[CURVES]
CP PUMP4 0 0.05
CP 6 0.05
[INFLOWS]
S FLOW "" FLOW 1.0 1.0 0.04
"""
        + (controls if rule else "")
    )


def town(ponding: str = "NO", area: float = 4.0) -> str:
    """Two streets' drains: land A -> N1 -> N2 -> O, land B -> N2; pipes of 0.4 m, too small for a cloudburst."""
    return (
        options(ponding=ponding)
        + f"""
[RAINGAGES]
G INTENSITY 0:05 1.0 TIMESERIES old
[SUBCATCHMENTS]
A G N1 {area} 80 200 1.0 0
B G N2 {area} 60 200 1.0 0
[SUBAREAS]
A 0.013 0.1 1 3 25 OUTLET
B 0.013 0.1 1 3 25 OUTLET
[INFILTRATION]
A 60 6 4 7 0
B 60 6 4 7 0
[JUNCTIONS]
N1 11.5 2 0 0 400
N2 10.5 2 0 0 400
[OUTFALLS]
O 10 FREE
[CONDUITS]
C1 N1 N2 100 0.013 0 0
C2 N2 O 100 0.013 0 0
[XSECTIONS]
C1 CIRCULAR 0.4 0 0 0
C2 CIRCULAR 0.4 0 0 0
[TIMESERIES]
old 0:00 30
old 1:00 0
[COORDINATES]
N1 0 0
N2 100 0
O 200 0
"""
    )


def pystorms(name: str) -> str:
    """A model that the pystorms package ships, such as ``gamma``."""
    import pystorms

    path = Path(pystorms.__file__).parent / "networks" / f"{name}.inp"
    return path.read_text(encoding="latin-1")
