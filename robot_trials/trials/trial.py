"""One trial without a host: fed with samples and fiducials at 50 Hz, it fills in the motion command."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from py_trees.common import Status

from robot_trials.config import TrialSetup
from robot_trials.geometry import PlanarPose
from robot_trials.kinds.common.events import PhaseSpan, TrialEvent
from robot_trials.kinds.common.guard import find_fault, is_fallen
from robot_trials.kinds.common.leaves.stand import is_standing
from robot_trials.kinds.common.longest import TICK
from robot_trials.kinds.common.permit_watch import PermitWatch
from robot_trials.kinds.contract import Quantity
from robot_trials.perception.eyes import Eyes
from robot_trials.robots import RobotProfile
from robot_trials.robots.interface import FiducialObservation
from robot_trials_control.records import MotionMode, Record

PERIOD = TICK
"""Time between two ticks of a trial [s]."""


@dataclass(frozen=True)
class Progress:
    """How far a trial is.

    Attributes:
        phase: name of the running phase.
        time: since the trial's start [s].
        share: from 0 at the start to 1 at the end, by the robot's own estimate.
        figures: the kind's numbers, by name.
        zmp_margin: distance of the ZMP to the edge of the support [m].
        torque_ratio: largest joint torque over its limit.
    """

    phase: str
    time: float
    share: float
    figures: Mapping[str, Quantity]
    zmp_margin: float
    torque_ratio: float


class Trial:
    """Runs the mission of the trial's kind; knows no ROS and no simulator.

    Attributes:
        motion_command: what the robot shall do now; `sequence` grows with every tick.
        finished: nothing more will happen; the command keeps the robot as it ended.
        permit_watch: where and when the robot may be.

    Args:
        setup: the trial.
        profile: the robot.
        map_to_odom: pose of odom in the map, as an earlier trial knew it; None for a robot at the start.

    Raises:
        ConfigError: the robot description lacks a frame or joint.
    """

    def __init__(self, setup: TrialSetup, profile: RobotProfile, map_to_odom: PlanarPose | None = None) -> None:
        self._mission = setup.kind.start_mission(setup, profile)
        self._context, self._tree = self._mission.context, self._mission.tree
        command, load = self._context.command, setup.demands.load
        command.mode[...] = MotionMode.STAND
        command.speed_cap[...], command.load_mass[...] = setup.permit.caps.speed, load.mass if load else 0.0
        self._eyes = Eyes(setup.site, profile, map_to_odom)
        self.permit_watch = PermitWatch(self._context)
        self._advance = self._mission.measure()
        self._hold_reason = ""
        self._broken = False
        self._events_taken = 0
        self.finished = False

    @property
    def motion_command(self) -> Record:
        """The command in force."""
        return self._context.command

    @property
    def phase(self) -> str:
        """Name of the running phase; "done" after the end."""
        return "done" if self.finished else self._context.phase

    @property
    def held(self) -> bool:
        """Whether the trial waits for `request_resume`."""
        return bool(self._hold_reason)

    @property
    def succeeded(self) -> bool:
        """Whether the mission was done, from preflight to standing."""
        return self.finished and not self._context.failure

    @property
    def reason(self) -> str:
        """Why the trial ended early; empty while all is well."""
        return self._context.failure

    @property
    def ended(self) -> str:
        """How the robot is now: "standing", "squatting", "damped" or "unknown"."""
        mode = int(self._context.status.mode)
        if is_fallen(self._context) or mode == MotionMode.DAMPED:
            return "damped"
        if mode in (MotionMode.LOWER, MotionMode.OFF):
            return "squatting"
        return "standing" if is_standing(self._context) else "unknown"

    @property
    def map_to_odom(self) -> PlanarPose:
        """Pose of odom in the site's map."""
        return self._context.percept.map_to_odom

    @property
    def localized(self) -> bool:
        """Whether a fiducial of the site has been seen."""
        return self._context.percept.localized_ns is not None

    @property
    def permit_sha256(self) -> str:
        """Of the permit's file as the preflight has read it; empty before."""
        return self._context.permit_sha256

    @property
    def phases(self) -> list[PhaseSpan]:
        """Phases so far."""
        return self._context.phases

    @property
    def events(self) -> list[TrialEvent]:
        """Events so far."""
        return self._context.events

    @property
    def progress(self) -> Progress:
        """How far the trial is."""
        status, advance = self._context.status, self._advance
        return Progress(
            phase=self.phase,
            time=self._context.time_ns * 1e-9,
            share=advance.share,
            figures=advance.figures,
            zmp_margin=float(status.zmp_margin),
            torque_ratio=float(status.torque_ratio),
        )

    def request_hold(self, reason: str) -> None:
        """Stand still, keep what is in the hand, and wait."""
        if not self.finished and not self.held:
            self._hold_reason = reason or "asked to"
            self._context.report("warn", "hold", self._hold_reason)

    def request_resume(self) -> None:
        """Go on after a hold."""
        if self.held:
            self._hold_reason = ""
            self._context.report("info", "resume", "goes on")

    def request_abort(self, reason: str) -> None:
        """End the trial safely: standing, with what is in the hand."""
        if not self.finished:
            self._hold_reason = ""
            self._context.fail(reason or "aborted")

    def take_events(self) -> list[TrialEvent]:
        """Events since the last call."""
        new = self._context.events[self._events_taken :]
        self._events_taken = len(self._context.events)
        return new

    def tick(self, sample: Record, fiducials: list[FiducialObservation], time_ns: int) -> None:
        """Decide what to do for the next 20 ms.

        Args:
            sample: newest control sample; only its `state` and `status` are read.
            fiducials: what the camera saw since the last tick.
            time_ns: time of the newest state.
        """
        context = self._context
        context.state, context.status, context.time_ns = sample.state, sample.status, time_ns
        try:
            if not self.finished:
                self._decide(fiducials)
            self._warn_ladder()
        except Exception as error:  # whatever breaks in a behaviour must not leave a robot without a command
            self._end_broken(error)
        context.command.sequence[...] += 1

    def _decide(self, fiducials: list[FiducialObservation]) -> None:
        """Look, then let the tree act; a held trial only stands and watches for faults."""
        context = self._context
        attention = self._mission.attend()
        context.percept = self._eyes.look(context.state, context.status, context.time_ns, fiducials, attention)
        self._advance = self._mission.measure()
        if self.held:
            reason = find_fault(context)
            if not reason:
                context.command.mode[...] = MotionMode.STAND
                return
            self._hold_reason = ""
            context.fail(reason)
        context.time += PERIOD
        self._tree.tick_once()
        if self._tree.status != Status.RUNNING:
            self._finish()

    def _warn_ladder(self) -> None:
        """Say what the stop ladder must know: who may hold the load, and what the permit no longer allows."""
        command = self._context.command
        command.shared_load[...] = self._mission.share_load()
        command.stop_asked[...] = 0 if self.finished else self.permit_watch.update()

    def _finish(self) -> None:
        context = self._context
        if context.phases and context.phases[-1].result == "running":
            done = self._tree.status == Status.SUCCESS
            context.end_phase("success" if done else "failure", "" if done else "did not come to rest")
        self.finished = True
        severity = "error" if context.failure else "info"
        context.report(severity, "end", f"{self.ended}: {context.failure or 'mission done'}")  # type: ignore[arg-type]

    def _end_broken(self, error: Exception) -> None:
        """An error inside the trial: through the safe end once; if that breaks too, just stand or damp."""
        context = self._context
        place = traceback.extract_tb(error.__traceback__)[-1]
        context.fail(f"internal error, {type(error).__name__}: {error} ({place.name}, line {place.lineno})")
        context.command.mode[...] = MotionMode.DAMPED if is_fallen(context) else MotionMode.STAND
        if self._broken:
            self.finished = True
            context.report("error", "end", "safe end broke; the robot was told to stand")
        self._broken = True
