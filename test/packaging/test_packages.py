"""What is installed is what is in the tree, and nothing else."""

from __future__ import annotations

import ast
import contextlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
ROOTS = {
    "robot_trials": CHECKOUT / "robot_trials",
    "robot_trials_control": CHECKOUT / "controllers/robot_trials_control",
}


def packages_in_tree() -> set[str]:
    """Dotted names of all folders with Python files below the two import roots."""
    found = set()
    for name, folder in ROOTS.items():
        for path in folder.rglob("*.py"):
            found.add(".".join([name, *path.parent.relative_to(folder).parts]))
    return found


def setup_constant(name: str) -> list[str]:
    """A list of strings that setup.py assigns to a name; its searches start in the checkout."""
    for node in ast.parse((CHECKOUT / "setup.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            with contextlib.chdir(CHECKOUT):
                return list(eval(ast.unparse(node.value), {"Path": Path, "sorted": sorted}))
    raise AssertionError(f"setup.py assigns no {name}")


def test_every_package_is_listed() -> None:
    assert set(setup_constant("PACKAGES")) == packages_in_tree()


def test_every_package_has_an_init() -> None:
    missing = [
        name
        for name in packages_in_tree()
        if not (ROOTS[name.split(".")[0]].joinpath(*name.split(".")[1:]) / "__init__.py").is_file()
    ]
    assert missing == []


def test_every_node_listed_has_a_main() -> None:
    for node in setup_constant("NODES"):
        source = (CHECKOUT / "robot_trials" / "nodes" / f"{node}.py").read_text(encoding="utf-8")
        assert any(isinstance(part, ast.FunctionDef) and part.name == "main" for part in ast.parse(source).body), node


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy without what is built or downloaded here."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ["controllers", "config", "launch", "resource", "robot_trials", "sim", *_build_files()]:
        subprocess.run(["cp", "-r", str(CHECKOUT / name), str(source)], check=True)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "-w", str(folder), str(source)], check=True, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def _build_files() -> list[str]:
    return ["setup.py", "setup.cfg", "pyproject.toml", "package.xml"]


def test_wheel_holds_packages_and_shared_files_only(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    data = f"robot_trials-{wheel.name.split('-')[1]}.data"
    assert top == {"robot_trials", "robot_trials_control", data, data.replace(".data", ".dist-info")}
    shared = {
        name.removeprefix(f"{data}/data/share/robot_trials/") for name in names if name.startswith(f"{data}/data")
    }
    for folder in ("config", "sim", "launch"):
        expected = {
            path.relative_to(CHECKOUT).as_posix()
            for path in (CHECKOUT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert expected <= shared


def test_wheel_holds_the_files_that_packages_read(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "robot_trials").rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert wanted <= names


def test_installed_wheel_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(command, check=True, cwd=tmp_path)
    shipped = sorted({file.parent.name for file in (CHECKOUT / "config").glob("*/*.yaml")})
    assert "robots" in shipped
    script = f"""
import importlib, os, sys
for name in {sorted(packages_in_tree() - {"robot_trials.nodes"})!r}:
    module = importlib.import_module(name)
    assert module.__file__.startswith({str(target)!r}), module.__file__
from robot_trials.config.files.search import list_config
for kind in {shipped!r}:
    assert list_config(kind), kind
    assert all(str(path).startswith({str(target)!r}) for path in list_config(kind).values()), list_config(kind)
"""
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=_environment_without_checkout(target),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def _environment_without_checkout(target: Path) -> dict[str, str]:
    import os

    environment = dict(os.environ)
    kept = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if not part.startswith(str(CHECKOUT))]
    environment["PYTHONPATH"] = os.pathsep.join([str(target), *kept])
    environment["AMENT_PREFIX_PATH"] = str(target)
    return environment
