"""Runs a trial on a thread of its own: one tick for every ten control ticks, whatever the executor is doing.

Nothing here knows ROS: the node gives detections and requests, and hears of phases, events and the outcome.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from robot_trials.kinds.contract import Quantity
from robot_trials.robots.interface import FiducialObservation
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.trial_link import TrialPort
from robot_trials_control.records import Record

STEP_S = 0.05
"""Longest wait for control samples before requests and the control process's end are looked at [s]."""
PERCEPTION_TIMEOUT_S = 0.5
"""Wall time that a world in lockstep waits for a frame's detections, so that a busy machine does not delay them."""
PERCEPTION_POLL_S = 0.001


class TrialKit(Protocol):
    """Makes trials and judges them."""

    def begin(self, setup: Any, folder: Path | None) -> None:
        """A goal begins, with its trial; what is written about it goes into this folder, or nowhere."""

    def make(self) -> tuple[Any, Any]:
        """A fresh trial and its judge."""

    def conclude(self, trial: Any, judge: Any, fault: str, wall_time: float) -> Any:
        """The outcome; `fault` says what broke outside the trial, `wall_time` how long it took [s].

        Trial and judge are None where they could not be made.
        """

    def release(self) -> None:
        """No further goal comes."""


class TrialListener(Protocol):
    """Who hears of a trial. Called on the runner's thread; times are nanoseconds since the trial's start."""

    def on_phase(self, time_ns: int, phase: str, previous: str, detail: str) -> None:
        """The trial has entered a phase."""

    def on_event(self, event: Any) -> None:
        """Something worth a line in the report."""

    def on_tick(self, time_ns: int, map_to_odom: tuple[float, float, float], command: Record) -> None:
        """The trial has ticked: where odom lies in the map, x, y [m], yaw [rad], and its motion command."""


@dataclass(frozen=True)
class TrialSnapshot:
    """How a trial stands, for feedback."""

    time_ns: int = 0
    phase: str = ""
    share: float = 0.0  # from 0 to 1
    figures: Mapping[str, Quantity] = field(default_factory=dict)
    zmp_margin: float = 0.0  # [m]
    torque_ratio: float = 0.0


@dataclass(frozen=True)
class Conclusion:
    """How a trial ended.

    Attributes:
        outcome: the judged outcome; None when there is none.
        error: how the trial's own code broke, or why it could not be begun.
        aborted: it did not end by itself.
    """

    outcome: Any
    error: str = ""
    aborted: bool = False


class TrialRunner(threading.Thread):
    """Ticks the trial that was asked for, until it has finished or the control process has ended.

    Attributes:
        snapshot: how the running trial stands.
        running: a trial is under way.
        conclusion: how the last one ended; None before that.
    """

    def __init__(self, channel: Channel, kit: TrialKit, listener: TrialListener) -> None:
        super().__init__(name="trial", daemon=True)
        self.snapshot = TrialSnapshot()
        self.running = False
        self.conclusion: Conclusion | None = None
        self._channel = channel
        self._kit = kit
        self._listener = listener
        self._port = TrialPort(channel)
        self._trial: Any = None
        self._judge: Any = None
        self._fiducials: queue.SimpleQueue[FiducialObservation] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._notes: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._frames_answered = 0
        self._wanted = threading.Event()
        self._stop_wanted = threading.Event()
        self._started_at = 0.0
        self._aborted = False

    @property
    def time_ns(self) -> int:
        """Time of the newest control sample, since the trial's start [ns]."""
        return int(self._port.sample.state.time_ns)

    def forget_requests(self) -> None:
        """A goal is about to be taken: requests and notes from before are those of a trial that has ended."""
        for left in (self._requests, self._notes):
            while not left.empty():
                left.get()

    def start_trial(self) -> None:
        """Begin a trial at the next tick."""
        self.conclusion = None
        self.running = True
        self._wanted.set()

    def request(self, name: str, reason: str = "") -> None:
        """Pass `hold`, `resume` or `abort` on to the running trial."""
        self._requests.put((name, reason))

    def refuse(self, reason: str) -> None:
        """A goal was taken whose trial cannot be begun."""
        self.conclusion = Conclusion(None, reason, aborted=True)

    def note(self, event: Any) -> None:
        """What another node has told: it becomes an event of the running trial."""
        self._notes.put(event)

    def add_detections(self, observations: list[FiducialObservation]) -> None:
        """What perception saw in one frame."""
        for observation in observations:
            self._fiducials.put(observation)
        self._frames_answered += 1

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stop_wanted.set()
        self.join(5.0)

    def run(self) -> None:
        """Receive control samples for ever; tick while a trial runs."""
        while not self._stop_wanted.is_set():
            try:
                self._step()
            except Exception as error:  # the robot stands as soon as no trial claims it
                self._fail(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")

    def _step(self) -> None:
        ended = self._channel.ended
        complete = self._port.wait_for_tick(STEP_S, self._observe)
        if self._trial is None:
            has_sample = self._port.tick > 0 or ended  # a world that starts slowly has not shown its robot yet
            if not self._wanted.is_set() or not has_sample:
                return
            self._begin()
        elif complete:
            self._tick()
        if self._trial is not None and ended and not complete:
            self._aborted = True
            self._conclude(self._channel.end_reason or "the control process was told to end")

    def _begin(self) -> None:
        self._wanted.clear()
        self._aborted, self._started_at = False, time.monotonic()
        self._trial, self._judge = self._kit.make()
        self._tick()

    def _observe(self, sample: Record) -> None:
        if self._judge is not None:
            self._judge.observe(sample)

    def _tick(self) -> None:
        """One trial tick on the newest sample."""
        trial, sample = self._trial, self._port.sample
        self._pass_notes()
        self._pass_requests()
        self._wait_for_perception()
        fiducials = []
        while not self._fiducials.empty():
            fiducials.append(self._fiducials.get())
        time_ns = int(sample.state.time_ns)
        trial.tick(sample, fiducials, time_ns)
        self._port.answer(trial.motion_command, active=not trial.finished)
        self._tell(time_ns)
        if trial.finished:
            self._conclude()

    def _pass_notes(self) -> None:
        while not self._notes.empty():
            self._judge.note(self._notes.get())

    def _pass_requests(self) -> None:
        while not self._requests.empty():
            name, reason = self._requests.get()
            if name == "hold":
                self._trial.request_hold(reason)
            elif name == "resume":
                self._trial.request_resume()
            else:
                self._aborted = True
                self._trial.request_abort(reason)

    def _wait_for_perception(self) -> None:
        """In lockstep, let at most the newest frame be without an answer."""
        info = self._channel.info
        if not info.lockstep or info.camera_size is None:
            return
        frames = self._channel.frames
        deadline = time.monotonic() + PERCEPTION_TIMEOUT_S
        while frames.written - self._frames_answered > 1:
            if time.monotonic() > deadline:
                self._frames_answered = frames.written
                return
            time.sleep(PERCEPTION_POLL_S)

    def _tell(self, time_ns: int) -> None:
        """Phases, events, map and snapshot after a tick."""
        trial = self._trial
        for event in trial.take_events():
            self._listener.on_event(event)
        if trial.phase != self.snapshot.phase:
            self._listener.on_phase(time_ns, trial.phase, self.snapshot.phase, trial.reason)
        self._listener.on_tick(time_ns, trial.map_to_odom, trial.motion_command)
        progress = trial.progress
        self.snapshot = TrialSnapshot(
            time_ns=time_ns,
            phase=trial.phase,
            share=float(progress.share),
            figures=progress.figures,
            zmp_margin=float(progress.zmp_margin),
            torque_ratio=float(progress.torque_ratio),
        )

    def _conclude(self, fault: str = "") -> None:
        self._pass_notes()
        outcome = self._kit.conclude(self._trial, self._judge, fault, time.monotonic() - self._started_at)
        self._end(Conclusion(outcome, aborted=self._aborted), fault or self._trial.reason)

    def _fail(self, error: str) -> None:
        """The trial's own code broke: release the robot, which then stands."""
        if self._trial is not None:
            self._port.answer(self._trial.motion_command, active=False)
        reason = error.splitlines()[0]
        outcome = None
        with suppress(Exception):  # what has broken may break again
            wall_time = time.monotonic() - self._started_at
            outcome = self._kit.conclude(self._trial, self._judge, reason, wall_time)
        self._end(Conclusion(outcome, error, aborted=True), reason)

    def _end(self, conclusion: Conclusion, detail: str) -> None:
        for event in self._trial.take_events() if self._trial is not None else []:
            self._listener.on_event(event)
        self._listener.on_phase(int(self._port.sample.state.time_ns), "", self.snapshot.phase, detail)
        self._trial = self._judge = None
        self.snapshot = TrialSnapshot(time_ns=self.snapshot.time_ns)
        self.conclusion = conclusion
        self.running = False
