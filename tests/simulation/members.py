"""Member functions for the ensemble tests; spawned workers import them by name."""

import json
import os
import time
from pathlib import Path
from typing import Any


def figure(scenario: str, seed: int) -> dict[str, Any]:
    """A figure that is a pure function of scenario and seed; notes that it ran, where asked to."""
    told = json.loads(scenario)
    if "trace" in told:
        with Path(told["trace"]).open("a", encoding="utf-8") as file:
            file.write(f"{told['name']} {seed} {os.getpid()}\n")
    time.sleep(told.get("seconds", 0))
    return {"value": told["base"] + seed}


def fails_on_two(scenario: str, seed: int) -> dict[str, Any]:
    """Raises for seed 2."""
    if seed == 2:
        raise ValueError("seed 2 is unlucky")
    return figure(scenario, seed)


def dies_on_two(scenario: str, seed: int) -> dict[str, Any]:
    """Takes its whole process down for seed 2, as a crash in a C library does."""
    if seed == 2:
        os._exit(9)
    return figure(scenario, seed)
