"""Kinds of other packages: found by entry point, and what cannot be used stands in nobody else's way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from robot_trials.config.files.search import config_folders, list_missing_folders
from robot_trials.exceptions import ConfigError, UnknownKindError
from robot_trials.kinds.registry import find_kind, find_lacking, list_broken, list_kinds, read_kind

WHOLE = """
class Kind:
    name, trial, {others} = "{name}", None, None
    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_: None
KIND = Kind()
"""


class Packages:
    """Makes installed packages in a folder on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, code: str, kinds: str = "", config: str = "") -> None:
        """A package with a module `kind` of some code, and its entry points."""
        (self.folder / name).mkdir()
        (self.folder / name / "__init__.py").touch()
        (self.folder / name / "kind.py").write_text(code)
        info = self.folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        groups = {"robot_trials.kinds": kinds, "robot_trials.config": config}
        text = "".join(f"[{group}]\n{line}\n" for group, line in groups.items() if line)
        (info / "entry_points.txt").write_text(text)


@pytest.fixture
def packages(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Packages(tmp_path)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write_whole(name):
    return WHOLE.format(name=name, others="site")


def test_a_kind_of_another_package_is_found_by_its_entry_point(packages):
    packages.install("waver", write_whole("waving"), "waving = waver.kind:KIND")
    assert find_kind("waving").name == "waving"
    assert "waving" not in list_broken()


def test_a_kind_that_cannot_be_loaded_is_named_and_breaks_no_other(packages):
    packages.install("waver", write_whole("waving"), "waving = waver.kind:KIND")
    packages.install("broken", "raise RuntimeError('no licence')", "juggling = broken.kind:KIND")
    assert "waving" in list_kinds() and "juggling" not in list_kinds()
    assert "RuntimeError: no licence" in list_broken()["juggling"]
    with pytest.raises(UnknownKindError, match="juggling.*broken.kind:KIND.*no licence"):
        find_kind("juggling")


def test_a_kind_that_lacks_part_of_the_contract_is_told_what(packages):
    packages.install("half", "class K:\n    name = 'half'\nKIND = K()", "half = half.kind:KIND")
    with pytest.raises(UnknownKindError, match="lacks .*find_demands.*docs/add_a_trial.md"):
        find_kind("half")


def test_a_name_that_two_packages_bring_is_usable_from_neither(packages):
    packages.install("one", write_whole("waving"), "waving = one.kind:KIND")
    packages.install("two", write_whole("waving"), "waving = two.kind:KIND")
    with pytest.raises(UnknownKindError, match="by one.kind:KIND and by two.kind:KIND"):
        find_kind("waving")
    assert "waving" not in list_kinds()


def test_every_kind_that_is_found_meets_the_contract():
    assert list_kinds() and not list_broken()
    for kind in list_kinds().values():
        assert find_lacking(kind) == []


def test_a_file_of_an_unknown_kind_names_line_and_kind(tmp_path):
    file = tmp_path / "wave.yaml"
    file.write_text("name: wave\nkind: waving\n")
    with pytest.raises(ConfigError, match=r"wave.yaml:2: kind: waving: no such kind"):
        read_kind(file)


def test_a_package_brings_its_configuration_folder(packages):
    packages.install("waver", "", config="waver = waver.config")
    (packages.folder / "waver" / "config" / "trials").mkdir(parents=True)
    shipped, brought = Path(__file__).resolve().parents[3] / "config", packages.folder / "waver" / "config"
    folders = config_folders()
    assert folders.index(shipped) < folders.index(brought), "what is shipped comes first"
    assert list_missing_folders() == {}


def test_a_package_without_the_folder_that_it_names_is_named(packages):
    packages.install("waver", "", config="waver = waver.config")
    packages.install("other", "", config="other = missing.config")
    assert list_missing_folders() == {"waver": "waver.config", "other": "missing.config"}
