"""Trials that a coordinator loses, or runs twice, when it is killed at random moments.

A real coordinator on real DDS dispatches a stream of bookings to robots that only have a trial node: the real action,
ledger and services, with trials of half a second to two. It is killed with SIGKILL again and again, at random moments
of its start and its life, as soon as a goal is seen to be on disk, and before such a goal is sent; and started anew. In
the end every booking must have one end state, every goal must have run once (each robot keeps count, apart from its
ledger), and no zone may have held two trials at a time.

Then, undisturbed: time from a booking's due time to the moment at which its robot has accepted the goal.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.coordinator_life import CoordinatorLife, RobotsProcess
from benchmarks.coordinator_tally import Tally, tally
from benchmarks.harness import BenchmarkError, Figure, at_most, printed, progress_bar

KILLS, QUICK_KILLS = 100, 5
CALM, QUICK_CALM = 60, 9
ROBOTS = ("kuavo_1", "kuavo_2", "kuavo_3")
SQUARE_SHARE = 0.3
"""Share of the bookings whose place takes a zone that all robots share."""
WAITING = 6
"""Bookings that are always ahead while the coordinator is being killed."""
SHORTEST, LONGEST = 0.5, 2.0
"""Duration of a trial [s]."""
MOMENTS = ("startup", "life", "sending", "life", "unsent")
"""Where the kills hit, in turn: while it starts, anywhere in its life, as soon as a goal is on disk, and before it is
sent, which is too short a moment to be hit from outside."""
LIFE_MAX = 3.0
"""Longest life after a start [s]."""
SETTLE_S = 300.0
"""Longest wait for the last bookings to end [s]."""
CALM_SPACING = 1.03
"""Between two due times of the undisturbed part [s], no multiple of the coordinator's period; robots take turns."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--kills", type=int, default=None, metavar="N", help=f"times to kill the coordinator ({KILLS})")
    parser.add_argument("--seed", type=int, default=0, help="draws moments and places (0)")
    parser.add_argument("--records", metavar="URL", help="database; a new SQLite file when omitted")


def run(options: argparse.Namespace) -> list[Figure]:
    """Kill and restart, then measure undisturbed."""
    kills = options.kills if options.kills is not None else (QUICK_KILLS if options.quick else KILLS)
    os.environ["ROS_DOMAIN_ID"] = str(os.getpid() % 100 + 1)
    with tempfile.TemporaryDirectory(prefix="coordinator_") as scratch:
        folder = Path(scratch)
        url = options.records or f"sqlite:///{folder}/records.sqlite"
        life = CoordinatorLife(folder, url, ROBOTS)
        with RobotsProcess(folder, ROBOTS, SHORTEST, LONGEST):
            stream = BookingStream(life, random.Random(options.seed))
            try:
                with progress_bar("kills", kills) as advance:
                    for number in range(kills):
                        stream.kill_once(MOMENTS[number % len(MOMENTS)])
                        advance(1)
                calm = stream.finish(QUICK_CALM if options.quick else CALM)
            finally:
                life.kill()
            return make_figures(kills, tally(life.records, folder, ROBOTS), calm)


class BookingStream:
    """Bookings without an end, and the coordinator that has to live with them."""

    def __init__(self, life: CoordinatorLife, draw: random.Random) -> None:
        self._life, self._draw, self._count, self._startup = life, draw, 0, 1.0

    def kill_once(self, moment: str) -> None:
        """Start a coordinator and kill it at one of `MOMENTS`."""
        self._fill()
        began = time.monotonic()
        self._life.start(die_unsent=moment == "unsent")
        if moment == "startup":
            time.sleep(self._draw.uniform(0.0, self._startup))
        else:
            self._life.wait_until_it_writes()
            self._startup = time.monotonic() - began
            longest = LIFE_MAX if moment == "unsent" else self._draw.uniform(0.0, LIFE_MAX)
            self._live(time.monotonic() + longest, watch=moment == "sending")
        self._life.kill()

    def _live(self, until: float, watch: bool) -> None:
        """Let it live for a while, or with `watch` from then on until it is about to send."""
        while time.monotonic() < until and self._life.is_alive():
            self._fill()
            time.sleep(min(0.2, max(0.0, until - time.monotonic())))
        while watch and time.monotonic() < until + LIFE_MAX and not self._life.is_sending():
            time.sleep(0.001)

    def finish(self, calm: int) -> list[str]:
        """Let a last coordinator end what is left, then book at known moments; names of these bookings."""
        self._life.start()
        self._life.wait_until_all_ended(SETTLE_S)
        first = time.time() + CALM_SPACING
        names = [self._book(first + CALM_SPACING * i, ROBOTS[i % len(ROBOTS)], None) for i in range(calm)]
        self._life.wait_until_all_ended(SETTLE_S + CALM_SPACING * calm)
        return names

    def _fill(self) -> None:
        for _ in range(WAITING - self._life.count_waiting()):
            zone = "square" if self._draw.random() < SQUARE_SHARE else None
            self._book(time.time() + self._draw.uniform(0.0, 1.0), self._draw.choice(ROBOTS), zone)

    def _book(self, start: float, robot: str, zone: str | None) -> str:
        self._count += 1
        name = f"trial_{self._count:04d}"
        self._life.book(name, robot, zone or f"lane_{robot}", start)
        return name


def make_figures(kills: int, found: Tally, calm: list[str]) -> list[Figure]:
    """Figures from what the records and the robots say."""
    latencies = sorted(found.latencies[name] for name in calm if name in found.latencies)
    if not latencies:
        raise BenchmarkError("no trial of the undisturbed part was accepted")
    centiles = statistics.quantiles(latencies, n=100, method="inclusive") if len(latencies) > 1 else latencies * 99
    return [
        printed("kills", kills, "1"),
        printed("bookings", found.bookings, "1"),
        printed("sent_again", found.sent_again, "1"),
        at_most("lost", found.lost, "1", 0),
        at_most("run_twice", found.run_twice, "1", 0),
        at_most("without_one_end", found.without_one_end, "1", 0),
        at_most("unknown_runs", found.unknown_runs, "1", 0),
        at_most("zones_shared", found.zones_shared, "1", 0),
        at_most("leases_left", found.leases_left, "1", 0),
        printed("dispatch_p50", centiles[49], "s"),
        at_most("dispatch_p99", centiles[98], "s", 1.0),
    ]
