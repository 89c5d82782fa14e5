"""Dispatches planned trials to robots, follows them to their end, and plans anew when something has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from robot_trials.coordination.acts import Acts
from robot_trials.coordination.changes import Changes, list_revoked
from robot_trials.coordination.clauses import StartCheck
from robot_trials.coordination.desk import Desk
from robot_trials.coordination.dispatcher import Dispatcher, Report
from robot_trials.coordination.following import Follower, FollowTimes
from robot_trials.coordination.hearing import Hearing
from robot_trials.coordination.replanning import NewPlan, Replan, apply_plan, describe_situation
from robot_trials.coordination.starting import Starter
from robot_trials.coordination.states import SENT
from robot_trials.records.bookings import list_bookings
from robot_trials.records.robots import add_robots
from robot_trials.records.store import Records

LOOK_PERIOD_S = 0.5
"""Between two looks for changes that others have written [s, steady]."""


class Coordinator:
    """One site's coordinator. Call `tick` often, and `take_report` with every answer of a robot.

    Args:
        records: opened database; closed by whoever opened it.
        site: its name.
        robots: their names.
        dispatcher: to the robots.
        checks: that every start has to pass.
        replan: makes new plans; None: what is planned stays.
        times: patience with robots.
        steady: steady time [s].

    Attributes:
        acts: what persons may do.
        plan_fault: why the newest plan could not be made; empty when it could.

    Raises:
        RecordsError: another coordinator has the database, or it cannot be written.
    """

    def __init__(
        self,
        records: Records,
        site: str,
        robots: Sequence[str],
        dispatcher: Dispatcher,
        checks: Sequence[StartCheck],
        replan: Replan | None = None,
        times: FollowTimes | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.site = site
        self._robots = tuple(robots)
        self._replan = replan
        self._steady = steady
        self._desk = Desk(records, site)
        self._hearing = Hearing(self._desk)
        self._follower = Follower(self._desk, dispatcher, times or FollowTimes(), steady)
        self._starter = Starter(self._desk, dispatcher, checks, self._follower.send)
        self._changes = Changes()
        self._looked = -LOOK_PERIOD_S
        self._plan_cause = self.plan_fault = ""
        self._introduced = False
        self.acts = Acts(self._desk, dispatcher)

    def tick(self, now: float) -> None:
        """Look at everything once.

        Args:
            now: civil time [s since 1970].

        Raises:
            RecordsError: the records could not be read or written; nothing was sent that is not in them.
            FencedError: another coordinator has taken over: this one has to end.
        """
        if not self._introduced:
            with self._desk.write() as work:
                add_robots(work.session, self._robots, now)
            self._introduced = True
        self._follower.follow(now)
        self._hearing.write(now)
        if self._steady() - self._looked >= LOOK_PERIOD_S:
            self._looked = self._steady()
            self._look(now)
        self._plan_anew(now)
        self._starter.start_due(now)

    def take_report(self, report: Report, now: float) -> None:
        """What a robot says of a goal.

        Raises:
            RecordsError: it could not be written; the robot will be asked again.
        """
        self._follower.take_report(report, now)

    def note_robot(self, robot: str, now: float, battery: float | None = None) -> None:
        """A robot has given a sign of life, perhaps with its charge, 0 … 1."""
        self._hearing.note(robot, now, battery)

    def want_plan(self, cause: str) -> None:
        """Plan anew at the next tick."""
        self._plan_cause = self._plan_cause or cause

    def close(self) -> None:
        """Let another coordinator start; what runs goes on. Idempotent."""
        self._desk.close()

    def _look(self, now: float) -> None:
        """Permits revoked and robots taken out of service, also by others than this process."""
        with self._desk.read() as session:
            cause = self._changes.look(session)
            revoked = list_revoked(session)
            running = [booking for booking in list_bookings(session, SENT) if booking.permit in revoked]
        for booking in running:
            self.acts.ask_abort(booking.name, f"permit {booking.permit} is revoked", now)
        if cause:
            self.want_plan(cause)

    def _plan_anew(self, now: float) -> None:
        if not self._plan_cause or self._replan is None:
            self._plan_cause = ""
            return
        with self._desk.read() as session:
            situation = describe_situation(session, now, self._plan_cause)
        try:
            plan = self._replan(situation) if situation.movable else NewPlan()
            self.plan_fault = ""
        except Exception as error:  # what is planned stays, and goes on being dispatched
            plan, self.plan_fault = NewPlan(), f"no new plan ({self._plan_cause}): {type(error).__name__}: {error}"
        if plan is None:  # it is being made
            return
        if plan.placements or plan.left_out:
            with self._desk.write() as work:
                apply_plan(work.session, plan, now, self._plan_cause)
        self._plan_cause = ""
