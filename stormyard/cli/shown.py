"""What several commands print of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormyard.front import Front, Update

if TYPE_CHECKING:
    from simulation.engine import Watch
    from simulation.model import Name
    from stormyard.jobs import Simulated


def write(front: Front, simulated: Simulated, folder: Path, beside: Mapping[str, Any] | None = None) -> None:
    """Write a run folder, show its figures (beside those of others) and print its manifest."""
    from results.names import known, material_names
    from results.store import manifest, write_run

    run = simulated.run
    with front.progress("write"):
        write_run(run, folder, lang=front.words.language, decisions=simulated.decisions)
    made = manifest(run)
    figures(front, {**(beside or {}), run.dispatcher: made["metrics"]}, material_names(run))
    balances = "  ".join(
        f"{known(f'balance.{name}', name).said(front.words.language)} {value:.1e}"
        for name, value in run.balance.items()
    )
    front.line(f"{front.words['cli.balances']}: {balances}")
    front.wrote(folder)
    for file in sorted(folder.iterdir()):
        front.line(f"  {file.name}")
    front.result(made)


def figures(front: Front, runs: Mapping[str, Any], materials: Mapping[str, Name] | None = None) -> None:
    """A table of the metrics of runs by label; ``materials`` are the names of materials by id."""
    from results.compare import compare as side_by_side

    front.table(side_by_side(runs, materials).to_rows(front.words))


def counting_from(update: Update, done: float) -> Watch:
    """A watcher that counts on from what earlier runs have done."""
    return lambda situation: update(done + situation.t)
