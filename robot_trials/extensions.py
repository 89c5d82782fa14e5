"""What packages bring by entry point, found by name beside what this package brings itself.

One that cannot be used is named with its reason, by `list_broken` and when it is asked for; it stands in nobody else's
way.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

ExtensionT = TypeVar("ExtensionT")


class _Found(NamedTuple, Generic[ExtensionT]):
    """What all entry points gave.

    Attributes:
        usable: by name.
        broken: why the others cannot be used, by name.
    """

    usable: dict[str, ExtensionT]
    broken: dict[str, str]


class Extensions(Generic[ExtensionT]):
    """All extensions of one sort.

    Args:
        word: what one is called in messages.
        group: of the entry points of packages that bring some.
        contract: protocol that each meets; it has a `name`.
        page: of the documentation, where the contract is explained.
        list_own: entry points of those that this package brings.
    """

    def __init__(
        self, word: str, group: str, contract: type, page: str, list_own: Callable[[], Iterable[EntryPoint]]
    ) -> None:
        self._word, self._group, self._contract, self._page = word, group, contract, page
        self._list_own = list_own
        self._searched: dict[tuple[str, ...], _Found[ExtensionT]] = {}

    def list_usable(self) -> dict[str, ExtensionT]:
        """Every one that can be used, by name."""
        return dict(self._search().usable)

    def list_broken(self) -> dict[str, str]:
        """Why one that is installed cannot be used, by name."""
        return dict(self._search().broken)

    def find(self, name: str) -> ExtensionT:
        """The one with a name.

        Raises:
            LookupError: there is none, and names those that are known; or it cannot be used, and says why.
        """
        from robot_trials.config.files.model import suggest  # configuration looks for kinds while it is imported

        usable, broken = self._search()
        if name in usable:
            return usable[name]
        if name in broken:
            raise LookupError(f"{self._word} {name!r} {broken[name]}")
        raise LookupError(f"no such {self._word}{suggest(name, usable).replace('known keys', 'known')}")

    def find_lacking(self, extension: object) -> list[str]:
        """What of the contract an object lacks."""
        methods = [name for name in vars(self._contract) if not name.startswith("_")]
        return [name for name in (*self._contract.__annotations__, *methods) if not hasattr(extension, name)]

    def _search(self) -> _Found[ExtensionT]:
        """Ask every entry point once for each search path of modules."""
        path = tuple(sys.path)
        if path not in self._searched:
            self._searched[path] = self._ask()
        return self._searched[path]

    def _ask(self) -> _Found[ExtensionT]:
        found: _Found[ExtensionT] = _Found({}, {})
        brought: dict[str, list[str]] = {}
        for entry in (*self._list_own(), *sorted(entry_points(group=self._group), key=attrgetter("value"))):
            try:
                extension: Any = entry.load()
                lacking = self.find_lacking(extension)
            except Exception as error:  # whatever a foreign package raises
                found.broken[entry.name] = f"cannot be loaded from {entry.value}: {type(error).__name__}: {error}"
                continue
            if lacking:
                found.broken[entry.name] = f"of {entry.value} lacks {', '.join(lacking)}: see {self._page}"
                continue
            found.usable[extension.name] = extension
            brought.setdefault(extension.name, []).append(entry.value)
        for name in (name for name, places in brought.items() if len(places) > 1):
            found.broken[name] = f"is brought by {' and by '.join(brought[name])}: one of them has to go"
            del found.usable[name]
        return found
