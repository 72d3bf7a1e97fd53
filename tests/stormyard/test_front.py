"""How the command line speaks of its own commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from stormyard.front import pasted


def test_a_command_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was called: through uv, or as a program of its own; words with spaces are quoted."""
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    assert pasted("verify", Path("my run")) == 'uv run stormyard verify "my run"'
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH")
    assert pasted("verify", "r") == "stormyard verify r"
