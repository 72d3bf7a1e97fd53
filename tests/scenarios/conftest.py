"""The sample scenario, written once, and a copy of it for each test that spoils one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scenarios.sample import write_sample


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as ``stormyard new`` writes it; not to be changed."""
    return write_sample(tmp_path_factory.mktemp("pristine") / "sample", "en")


@pytest.fixture
def sample(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the sample to spoil."""
    return Path(shutil.copytree(pristine, tmp_path / "sample"))
