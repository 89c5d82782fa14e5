"""What `./run bench mutants` changes, and how it finds out whether a test notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.harness import BenchmarkError
from benchmarks.mutants import AREAS, ROOT, find_tests, list_sources, read_excused
from benchmarks.mutants_sources import Mutant, apply_mutant, list_mutants
from benchmarks.mutants_trees import Job, measure_tests, try_mutant

SOURCE = """from __future__ import annotations


def clip(value: float | None, high: float = 9.0) -> float:
    return value if value is not None and value < high else high


def wait(count: int) -> None:
    while count > 0:
        count = count - 1
"""
TEST = """from shop import clip, wait


def test_clip():
    assert clip(3.0) == 3.0 and clip(20.0) == 9.0 and clip(None) == 9.0
    wait(5)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with one module and its test."""
    folder = tmp_path / "pristine"
    folder.mkdir()
    (folder / "shop.py").write_text(SOURCE)
    (folder / "test_shop.py").write_text(TEST)
    (folder / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p no:cacheprovider"\n'
    )
    return folder


def find(tree: Path, change: str) -> Mutant:
    """The change that is described so."""
    (found,) = [each for each in list_mutants(tree, [tree / "shop.py"]) if apply_mutant(tree, each)[1] == change]
    return found


def attempt(tree: Path, change: str, time_max: float = 60.0):
    return try_mutant(Job(tree, find(tree, change), ("test_shop.py",), time_max))


LOOP, STEP = "while count > 0:", "count = count - 1"
CLIP = "return value if value is not None and value < high else high"


def test_changes_are_small_and_spare_annotations(tree: Path) -> None:
    found = [apply_mutant(tree, each)[1] for each in list_mutants(tree, [tree / "shop.py"])]
    assert len(found) == len(set(found)) == 15
    assert {f"{STEP} → {STEP.replace('-', '+')}", f"{LOOP} → {LOOP.replace('>', '>=')}"} <= set(found)
    assert f"{CLIP} → {CLIP.replace(' and ', ' or ')}" in found
    assert not any("float &" in change for change in found)
    assert find(tree, f"{CLIP} → {CLIP.replace('<', '<=')}").line == 5


def test_a_change_is_noticed_or_not_and_leaves_no_trace(tree: Path) -> None:
    noticed = attempt(tree, f"{CLIP} → {CLIP.replace('<', '>=')}")
    assert noticed.noticed and not noticed.stuck
    unnoticed = attempt(tree, f"{CLIP} → {CLIP.replace('<', '<=')}")
    assert not unnoticed.noticed
    assert str(unnoticed) == f"shop.py:5: {CLIP} → {CLIP.replace('<', '<=')}"
    assert (tree / "shop.py").read_text() == SOURCE
    assert {path.name for path in tree.parent.iterdir()} == {"pristine"}


def test_tests_that_do_not_end_notice(tree: Path) -> None:
    outcome = attempt(tree, f"{STEP} → {STEP.replace('-', '+')}", time_max=5.0)
    assert outcome.noticed and outcome.stuck


def test_tests_that_fail_without_a_change_say_nothing(tree: Path) -> None:
    assert measure_tests(tree, ("test_shop.py",)) > 0.0
    (tree / "test_shop.py").write_text("def test_nothing():\n    assert False\n")
    with pytest.raises(BenchmarkError, match=r"fail without any change .*: test_shop\.py"):
        measure_tests(tree, ("test_shop.py",))


@pytest.mark.parametrize("area", AREAS)
def test_every_area_has_code_and_tests_of_its_own(area: str) -> None:
    sources = list_sources(ROOT / area)
    assert sources and all(file.is_file() for file in sources)
    for file in sources:
        tests = find_tests(ROOT, file.relative_to(ROOT).as_posix())
        assert any(name.startswith(f"test/{AREAS[area]}/") for name in tests)
        assert len(tests) == len(set(tests))


def test_tests_that_name_the_module_come_first() -> None:
    assert find_tests(ROOT, "robot_trials/safety/watchdog.py")[0] == "test/safety/test_watchdog.py"


def test_what_is_excused_can_still_happen_and_says_why() -> None:
    for (file, change), reason in read_excused().items():
        old, _, new = change.partition(" → ")
        lines = [" ".join(line.split()) for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        assert old in lines and new not in ("", old), f"{file}: {change}"
        assert len(reason.split()) >= 3, f"{file}: {change}: why?"
