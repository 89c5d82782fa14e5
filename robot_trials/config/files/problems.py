"""Collecting what is wrong with several files, so that all of it is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from robot_trials.config.files.model import Loaded, load_model
from robot_trials.config.files.search import find_config
from robot_trials.exceptions import ConfigError, ConfigProblem

ModelT = TypeVar("ModelT", bound=BaseModel)


class Problems:
    """Problems over several files."""

    def __init__(self) -> None:
        self.found: list[ConfigProblem] = []

    def find(self, kind: str, name: str, named_by: Loaded[Any] | None = None, key: str = "") -> Path | None:
        """A file by name; a problem beside the key that names it when there is none."""
        try:
            return find_config(kind, name, named_by.file if named_by else None)
        except ConfigError as error:
            if named_by is None or not key:
                self.found += error.problems
            else:
                self.found += [named_by.problem(key, name, problem.bound) for problem in error.problems]
            return None

    def load(
        self, file: Path | None, model: type[ModelT], overrides: dict[str, str] | None = None
    ) -> Loaded[ModelT] | None:
        """A model, or None and its problems."""
        if file is None:
            return None
        try:
            return load_model(file, model, overrides)
        except ConfigError as error:
            self.found += error.problems
            return None

    def stop_if_any(self) -> None:
        """Raise what was found."""
        if self.found:
            raise ConfigError(self.found)
