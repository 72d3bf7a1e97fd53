"""The house: who may import whom, no circles, files a reader can hold, and nothing that would spoil a replay."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT: dict[str, set[str]] = {
    "simulation": set(),
    "scenarios": {"simulation"},
    "optimization": {"simulation"},
    "results": {"simulation"},
    "stormyard": {"simulation", "scenarios", "optimization", "results"},
}
"""The arrows of docs/design.md."""
LONGEST = 450
"""Lines; a file longer than that is two files."""
LONGER = {"simulation.model": 700}
"""The nouns: a list of short classes, each field with its unit and meaning, that is looked up rather than read."""


class Import(NamedTuple):
    """One import in a file of ours."""

    module: str
    """The importing module."""
    line: int
    target: str
    """The imported module, as far as it is one of ours."""
    for_types_only: bool


def modules(root: Path) -> dict[str, Path]:
    """Dotted name -> file, for every Python file of the packages; a package is its ``__init__``."""
    found = {}
    for package in MAY_IMPORT:
        for file in sorted((root / package).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(root: Path) -> list[Import]:
    """Every import of one of our modules by another, wherever in the file it stands."""
    known = modules(root)
    return [
        Import(module, line, target, types)
        for module, file in known.items()
        for line, target, types in _imports_of(module, file, known)
    ]


def _imports_of(module: str, file: Path, known: dict[str, Path]) -> Iterator[tuple[int, str, bool]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node, types in _statements(tree, False):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            base = _absolute(node, module, file.name == "__init__.py")
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            target = name
            while target and target not in known:
                target = target.rpartition(".")[0]
            if target:
                yield node.lineno, target, types


def _statements(tree: ast.AST, types: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Import statements, and whether they stand under ``if TYPE_CHECKING``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, types
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for part in node.body:
                yield from _statements(ast.Module([part], []), True)
            for part in node.orelse:
                yield from _statements(ast.Module([part], []), types)
        else:
            yield from _statements(node, types)


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def wrong_arrows(found: list[Import]) -> list[str]:
    """Imports from one package into another that the house does not have."""
    return [
        f"{i.module}:{i.line} imports {i.target}"
        for i in found
        if (a := i.module.split(".")[0]) != (b := i.target.split(".")[0]) and b not in MAY_IMPORT[a]
    ]


def circles(found: list[Import]) -> list[str]:
    """Import circles between files, each as ``a -> b -> a``; imports for types alone do not run, so do not count."""
    arrows: dict[str, list[str]] = {}
    for i in found:
        if not i.for_types_only and i.target != i.module:
            arrows.setdefault(i.module, []).append(i.target)
    told, done = [], set()

    def follow(module: str, path: list[str]) -> None:
        if module in path:
            told.append(" -> ".join([*path[path.index(module) :], module]))
        elif module not in done:
            for target in arrows.get(module, []):
                follow(target, [*path, module])
            done.add(module)

    for module in sorted(arrows):
        follow(module, [])
    return told


FOUND = imports(ROOT)


def test_the_walk_finds_the_house() -> None:
    """All packages, and arrows that are known to be there; else the tests below would pass on nothing."""
    assert {m.split(".")[0] for m in modules(ROOT)} == set(MAY_IMPORT)
    arrows = {(i.module, i.target) for i in FOUND}
    assert ("simulation.engine", "simulation.world") in arrows
    assert ("simulation.hazards.snow", "simulation.hazards.ice") in arrows
    assert any(i.for_types_only for i in FOUND)


def test_only_the_drawn_arrows() -> None:
    """``simulation`` imports nothing of ours; the middle rooms only ``simulation``; ``stormyard`` all."""
    assert wrong_arrows(FOUND) == []


def test_no_circles() -> None:
    """Between any two files."""
    assert circles(FOUND) == []


def test_packages_import_nothing_from_tests_or_benchmarks() -> None:
    """What ships stands alone."""
    for file in modules(ROOT).values():
        for node, _ in _statements(ast.parse(file.read_text(encoding="utf-8")), False):
            name = node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name
            assert name.split(".")[0] not in ("tests", "benchmarks"), f"{file}:{node.lineno}"


def test_wrong_arrows_and_circles_are_found(tmp_path: Path) -> None:
    """The checks on a small crooked house: plain, nested, relative and type-only imports."""
    files = {
        "simulation/__init__.py": "",
        "simulation/a.py": "from simulation import b\n",
        "simulation/b.py": "def f():\n    import simulation.c\n",
        "simulation/c.py": "from . import a\n",
        "simulation/d.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from simulation.e import X\n",
        "simulation/e.py": "import simulation.d\nfrom results.metrics import y\n",
        "results/__init__.py": "",
        "results/metrics.py": "import simulation.a, optimization.solver\n",
        "results/deep/__init__.py": "from ..metrics import y\n",
        "optimization/solver.py": "try:\n    from stormyard.cli import main\nexcept ImportError:\n    pass\n",
        "stormyard/cli.py": "import results.metrics\n",
        "scenarios/__init__.py": "",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    found = imports(tmp_path)
    assert wrong_arrows(found) == [
        "simulation.e:2 imports results.metrics",
        "optimization.solver:2 imports stormyard.cli",
        "results.metrics:1 imports optimization.solver",
    ]
    told = circles(found)
    assert "simulation.a -> simulation.b -> simulation.c -> simulation.a" in told
    assert not any("simulation.d" in circle for circle in told)
    assert any("results.metrics" in circle and "stormyard.cli" in circle for circle in told)
    assert ("results.deep", "results.metrics") in {(i.module, i.target) for i in found}


@pytest.mark.parametrize("module", sorted(modules(ROOT)))
def test_a_file_can_be_read_in_one_sitting(module: str) -> None:
    """At most 450 lines, but for what is named above."""
    lines = modules(ROOT)[module].read_text(encoding="utf-8").count("\n")
    assert lines <= LONGER.get(module, LONGEST), f"{module} has {lines} lines"


# --------------------------------------------------------------------------- what would spoil a replay

CLOCKS = {
    "time.time", "time.time_ns", "time.perf_counter", "time.perf_counter_ns", "time.monotonic",
    "time.monotonic_ns", "time.process_time", "time.process_time_ns", "datetime.now", "datetime.today",
    "datetime.utcnow", "date.today", "uuid.uuid1", "uuid.uuid4", "os.urandom", "os.getpid",
}  # fmt: skip
CHANCE = ("random", "secrets", "numpy.random", "np.random")
ALLOWED = {("simulation.engine", "time.process_time"), ("simulation.drainage.swmm", "time.process_time")}
"""CPU seconds of a run, and of SWMM alone for the benchmark, are told beside the result; they feed nothing."""
OUTSIDE_A_RUN = {"simulation.ensemble"}
"""Drives worker processes; the runs themselves are elsewhere."""


def simulation_files() -> list[str]:
    return [m for m in sorted(modules(ROOT)) if m.split(".")[0] == "simulation"]


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of a chain of attributes; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


def clocks_and_chance(text: str) -> list[tuple[int, str]]:
    """(line, what) of every use of the wall clock, of chance outside ``chance.py``, or of hash order."""
    told = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{a.name}" for a in node.names]
        elif isinstance(node, ast.Attribute | ast.Name):
            names = [dotted(node)]
        else:
            continue
        for name in names:
            tail = ".".join(name.split(".")[-2:])
            if tail in CLOCKS or any(name == c or name.startswith(c + ".") for c in CHANCE):
                told.append((node.lineno, tail if tail in CLOCKS else name))
            if isinstance(node, ast.Name) and name in ("hash", "id") and isinstance(node.ctx, ast.Load):
                told.append((node.lineno, name))
    return told


@pytest.mark.parametrize("module", simulation_files())
def test_nothing_reads_the_wall_clock_or_global_chance(module: str) -> None:
    """A run is a pure function of scenario, seed and log."""
    text = modules(ROOT)[module].read_text(encoding="utf-8")
    told = [(line, what) for line, what in clocks_and_chance(text) if (module, what) not in ALLOWED]
    assert told == []


def is_set(node: ast.AST, names: set[str]) -> bool:
    """Whether an expression is plainly a set: a display, a comprehension, set(...), a known name, or their algebra."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call):
        function = node.func.value if isinstance(node.func, ast.Subscript) else node.func
        method = function.attr if isinstance(function, ast.Attribute) else ""
        if method in ("union", "intersection", "difference", "symmetric_difference", "copy"):
            return isinstance(function, ast.Attribute) and is_set(function.value, names)
        return dotted(function) in ("set", "frozenset")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor):
        return is_set(node.left, names) or is_set(node.right, names)
    return dotted(node) in names


def set_orders(text: str) -> list[int]:
    """Lines that go through a set in its own order: for loops, list/tuple/enumerate/join of one, comprehensions.

    ``sorted``, ``min``, ``max``, ``sum`` of whole numbers, ``len``, ``in`` and building another set are safe.
    """
    tree, told = ast.parse(text), []
    names = {
        dotted(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and is_set(node.value, set())
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    } | {
        dotted(node.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith(("set", "frozenset"))
    }
    names |= {f"self.{n}" for n in names if n.isidentifier()}
    safe: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) in (
            "sorted",
            "set",
            "frozenset",
            "any",
            "all",
            "len",
        ):
            safe |= {id(part) for part in node.args}
        if isinstance(node, ast.SetComp):
            safe |= {id(g) for g in node.generators}
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and is_set(node.iter, names):
            told.append(node.lineno)
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp) and id(node) not in safe:
            told += [node.lineno for g in node.generators if is_set(g.iter, names)]
        if isinstance(node, ast.Call) and id(node) not in safe:
            method = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
            if method in (
                "list",
                "tuple",
                "enumerate",
                "join",
                "iter",
                "next",
                "array",
                "fromiter",
                "dict",
                "zip",
            ):
                told += [node.lineno for part in node.args if is_set(part, names)]
            if method == "pop" and isinstance(node.func, ast.Attribute) and is_set(node.func.value, names):
                told.append(node.lineno)
        if isinstance(node, ast.Starred) and is_set(node.value, names):
            told.append(node.lineno)
    return told


@pytest.mark.parametrize("module", [m for m in simulation_files() if m not in OUTSIDE_A_RUN])
def test_nothing_goes_by_the_order_of_a_set(module: str) -> None:
    """Strings hash differently in every process; what is gone through in order is a list, a dict or sorted."""
    assert set_orders(modules(ROOT)[module].read_text(encoding="utf-8")) == []


def test_the_static_checks_see_what_they_are_for() -> None:
    """Each pattern that would spoil a replay is found, and each safe one is left alone."""
    for text in (
        "import random", "from random import random", "import numpy as np\nx = np.random.rand()",
        "import time\nt = time.time()", "from time import perf_counter", "d = datetime.now()",
        "import datetime\nd = datetime.datetime.now()", "k = hash('a')",
    ):  # fmt: skip
        assert clocks_and_chance(text), text
    for text in (
        "import time\nx = time_of(3)",
        "random_seed = 3",
        "now = self.clock.now",
        "start = storm.start",
    ):
        assert not clocks_and_chance(text), text
    for text in (
        "for x in {1, 2}: pass", "s = set(a)\nfor x in s: pass", "y = [x for x in frozenset(a)]",
        "s: set[str] = set()\nt = tuple(s)",
        "s = {1}\nnext(iter(s))", "for x in a_set | {1}: pass", "s = set(a)\nf(*s)", "self.s = set()\nself.s.pop()",
        "print(','.join({str(x) for x in a}))", "for x in set(a).union(b): pass",
    ):  # fmt: skip
        assert set_orders(text), text
    for text in (
        "for x in sorted({1, 2}): pass", "s = set(a)\nif x in s: pass", "t = len({1})", "u = {x for x in s}",
        "ok = any(x > 1 for x in {1, 2})", "for x in [1, 2]: pass",
    ):  # fmt: skip
        assert not set_orders(text), text
