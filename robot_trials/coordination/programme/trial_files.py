"""The trials of a programme as their files are now, read again only when one of them has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from robot_trials.config import TrialSetup
from robot_trials.config.files.document import read_document
from robot_trials.config.permit import find_gaps
from robot_trials.config.programme import Programme, Wanted, find_wanted
from robot_trials.config.programme.covered import load_request

Stamp = tuple[str, int, int, int]
"""Path, time of the last change [ns], size, inode: together they change with a file's content."""


class _Read(NamedTuple):
    """What was read without a problem, and the files as they were before."""

    stamps: tuple[Stamp, ...]
    wanted: Wanted
    setup: TrialSetup


class TrialFiles:
    """Reads what a request takes. A booking that waits is looked at ten times a second, its files seldom change.

    Args:
        programme: a site's.
    """

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._read: dict[tuple[str, str], _Read] = {}
        self._site: tuple[Stamp, bool] | None = None

    def is_site_unchanged(self) -> bool:
        """Whether the site's file says what the programme has read of it.

        Raises:
            ConfigError: the file is no valid YAML any more.
        """
        site = self._programme.site
        (stamp,) = _stamp([site.file])
        if self._site is None or self._site[0] != stamp:
            self._site = stamp, read_document(site.file).data == site.document.data
        return self._site[1]

    def find_wanted(self, request: str, zone: str) -> Wanted:
        """What a request takes at most in a zone.

        Raises:
            ConfigError: the trial's file is invalid, or says otherwise.
        """
        known = self._find_known(request, zone)
        return known.wanted if known is not None else find_wanted(self._programme, request, zone)

    def load(self, request: str, zone: str, profile: str, moment: datetime) -> TrialSetup:
        """The whole setup that a robot has when it is sent a request's goal.

        Args:
            request: names a trial.
            zone, profile: where and by which robot.
            moment: civil time of the start.

        Raises:
            ConfigError: anything of it is wrong, or its permit does not cover it.
        """
        known = self._find_known(request, zone)
        if known is not None and known.setup.robot == profile:
            occasion = replace(known.setup.occasion, start=moment)
            if not find_gaps(known.setup.permit, known.setup.demands, occasion):
                return known.setup
        setup = load_request(self._programme, request, zone, profile, moment)
        stamps = tuple(_stamp(setup.files_by_role.values()))
        wanted = find_wanted(self._programme, request, zone)
        again = load_request(self._programme, request, zone, profile, moment)
        if again.configuration_hash == setup.configuration_hash:  # read while nobody changed it: the stamps are its
            self._read[request, zone] = _Read(stamps, wanted, setup)
        return again

    def _find_known(self, request: str, zone: str) -> _Read | None:
        """What was read before, where no file has changed since."""
        known = self._read.get((request, zone))
        if known is None or tuple(_stamp(Path(stamp[0]) for stamp in known.stamps)) != known.stamps:
            self._read.pop((request, zone), None)
            return None
        return known


def _stamp(files: Iterable[Path]) -> Iterable[Stamp]:
    """Of each file; one that is gone has the stamp of nothing."""
    for file in files:
        try:
            found = file.stat()
            yield str(file), found.st_mtime_ns, found.st_size, found.st_ino
        except OSError:
            yield str(file), 0, 0, 0
