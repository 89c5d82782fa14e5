"""The host in one process: robot, controller and trial in lockstep, the same to the last bit for the same seed."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Callable
from dataclasses import replace

from robot_trials.config import TrialSetup
from robot_trials.exceptions import TelemetryFault
from robot_trials.perception.fiducials import FiducialDetector
from robot_trials.robots.interface import FiducialObservation
from robot_trials.runtime.assembly import Assembly, assemble, make_stop_guard
from robot_trials.runtime.control.damping import damp_robot
from robot_trials.runtime.control.loop import ControlLoop
from robot_trials.runtime.ending import INTERRUPTED, describe_wish, when_told
from robot_trials.telemetry import FrameNames, TrialRecorder, make_identity
from robot_trials.telemetry.messages.frames import HANDS
from robot_trials.telemetry.site_description import describe_site
from robot_trials.trials.judging.outcome import TrialOutcome, write_verdict
from robot_trials.trials.judging.run_marker import RunMark
from robot_trials.trials.judging.verdict import Judge
from robot_trials.trials.trial import PERIOD, Progress, Trial

BAG_FOLDER = "bag"
PROGRESS_EVERY = 25
"""Trial ticks between two reports of progress."""
HEALTH_EVERY = 50
"""Trial ticks between two entries in /diagnostics of the bag."""
SETTLE_TICKS = 25
"""Trial ticks recorded after the end, so that the bag shows how the robot stays."""

OnProgress = Callable[[Progress], None]


def run_trial(
    setup: TrialSetup, on_progress: OnProgress | None = None, assembly: Assembly | None = None
) -> TrialOutcome:
    """Run a trial to its end and judge it.

    SIGINT, SIGTERM and SIGHUP abort it, a second one at once, which leaves the run to whoever completes it. Whatever
    breaks while it runs ends in a verdict with the reason, not in an exception.

    Args:
        setup: the trial.
        on_progress: told twice a second how far it is.
        assembly: robot and controller to use; built from the setup when omitted.

    Raises:
        ConfigError: the configuration cannot be used.
        RobotFault: the robot does not start.
    """
    assembly = assembly or assemble(setup)
    gc.collect()
    gc.freeze()  # what was imported and built is not searched for garbage again and again
    host = InProcessHost(setup, assembly, on_progress)
    told: list[bool] = []

    def end(*_: object) -> None:
        if told:
            raise KeyboardInterrupt
        told.append(True)
        host.trial.request_abort(describe_wish())

    try:
        with when_told(end):
            return host.run()
    finally:
        gc.unfreeze()
        assembly.close()


class InProcessHost:
    """Runs one trial.

    Attributes:
        trial: the running trial, to hold, resume or abort it.

    Args:
        setup: the trial.
        assembly: robot and controller.
        on_progress: told now and then how far it is.
    """

    def __init__(self, setup: TrialSetup, assembly: Assembly, on_progress: OnProgress | None = None) -> None:
        self._setup = setup
        self._assembly = assembly
        self._on_progress = on_progress
        self.trial = Trial(setup, assembly.profile)
        self._judge = Judge(setup, len(assembly.joint_names))
        self._identity = make_identity(setup, "in_process")
        self._detector = FiducialDetector({tag.id: tag.size for tag in setup.site.fiducials})
        self._recorder: TrialRecorder | None = None
        self._recording_fault = ""
        self._phase = ""
        period = assembly.robot.control_period_ns
        self._ticks = round(PERIOD * 1e9) // period
        self._tick_limit = round(setup.demands.duration.total_seconds() / PERIOD) + 2 * SETTLE_TICKS + 3000

    def run(self) -> TrialOutcome:
        """Run to the end; returns the verdict."""
        start = time.monotonic()
        fault = ""
        mark = self._begin_mark()
        try:
            self._open_recorder()
            self._run_ticks()
        except KeyboardInterrupt:
            fault = INTERRUPTED
        except Exception as error:  # the robot, its simulator or the controller: there is no trial without them
            fault = f"{type(error).__name__}: {error}"
            damp_robot(self._assembly.robot)
        try:
            return self._conclude(fault, start)
        finally:
            if mark is not None:
                mark.release()

    def _conclude(self, fault: str, start: float) -> TrialOutcome:
        """Close the bag, judge, write the verdict."""
        self._close_recorder(fault)
        wall_time = time.monotonic() - start
        outcome = self._judge.conclude(
            self.trial,
            fault=fault,
            wall_time=wall_time,
            identity=self._identity.to_metadata(),
            bag=self._recorder.folder if self._recorder else None,
        )
        return self._write_outcome(outcome)

    def _begin_mark(self) -> RunMark | None:
        """Say in the folder what is run there; a folder that takes nothing is the recorder's to tell."""
        if self._setup.output is None:
            return None
        try:
            return RunMark(self._setup.output, self._setup, "in_process")
        except OSError:
            return None

    def _run_ticks(self) -> None:
        """Trial ticks until the trial is finished, and a little longer."""
        sinks = [self._judge.observe, *([self._recorder.write_sample] if self._recorder else [])]
        stops = make_stop_guard(self._assembly.profile, self._setup)
        loop = ControlLoop(self._assembly.robot, self._assembly.controller, sinks, stops)
        after = 0
        for count in range(self._tick_limit):
            sample = loop.run_ticks(self._ticks, self.trial.motion_command)
            self.trial.tick(sample, self._look(), int(sample.state.time_ns))
            self._record(int(sample.state.time_ns))
            if self._recorder and count % HEALTH_EVERY == 0:
                self._recorder.write_health(sample)
            if self._on_progress and (count % PROGRESS_EVERY == 0 or self.trial.finished):
                self._on_progress(self.trial.progress)
            after += self.trial.finished
            if after > SETTLE_TICKS:
                return
        self.trial.request_abort(f"not finished after {self._tick_limit * PERIOD:g} s")

    def _look(self) -> list[FiducialObservation]:
        """What the camera saw since the last tick, by OpenCV on frames or by the sensor model."""
        frame = self._assembly.robot.read_camera()
        if frame is None:
            return self._look_by_model()
        seen = self._detector.detect(frame)
        if self._recorder:
            self._recorder.write_frame(frame, seen)
        return seen

    def _look_by_model(self) -> list[FiducialObservation]:
        """What the sensor's model saw: observations of one capture time belong to one frame."""
        seen = self._assembly.robot.read_fiducials()
        if self._recorder:
            for time_ns, group in itertools.groupby(seen, key=lambda one: one.time_ns):
                self._recorder.write_detections(time_ns, group)
        return seen

    def _open_recorder(self) -> None:
        """Begin the bag where one is wanted; a disk without room makes the trial end before it begins."""
        if self._setup.output is None:
            return
        try:
            folder = self._setup.output / BAG_FOLDER
            self._recorder = TrialRecorder(
                folder,
                self._identity,
                self._assembly.joint_names,
                self._assembly.urdf_text,
                frames=FrameNames.from_roles(self._assembly.profile.frames.by_role),
                payload_hand=HANDS[self._setup.demands.hand],
                site=describe_site(self._setup),
            )
        except (OSError, TelemetryFault) as error:
            self._fail_recording(error)

    def _record(self, time_ns: int) -> None:
        """Phases, events, the trial's command and the map's place; a recording that fails ends the trial safely."""
        recorder = self._recorder
        if recorder is None:
            return
        if recorder.fault is not None and not self._recording_fault:
            self._fail_recording(recorder.fault)
        for event in self.trial.take_events():
            recorder.write_event(event)
        if self.trial.phase != self._phase:
            self._phase = self.trial.phase
            recorder.write_phase(time_ns, self._phase, self.trial.reason)
        recorder.write_tick(time_ns, self.trial.map_to_odom, self.trial.motion_command)

    def _fail_recording(self, error: Exception) -> None:
        self._recording_fault = f"recording failed: {error}"
        self.trial.request_abort(self._recording_fault)

    def _close_recorder(self, fault: str) -> None:
        """Finish the bag; what can no longer be written is part of the reason."""
        recorder = self._recorder
        if recorder is None:
            return
        try:
            recorder.write_phase(int(self.trial.progress.time * 1e9), "", fault or self.trial.reason)
            recorder.close()
        except (OSError, TelemetryFault) as error:
            if not self._recording_fault:
                self._fail_recording(error)

    def _write_outcome(self, outcome: TrialOutcome) -> TrialOutcome:
        """Write `verdict.json`; without room for it the outcome says so."""
        if self._setup.output is None:
            return outcome
        try:
            outcome = replace(outcome, verdict_file=write_verdict(self._setup.output, outcome))
        except OSError as error:
            reason = outcome.reason or f"verdict could not be written: {error}"
            outcome = replace(outcome, passed=False, reason=reason, verdict_file=None)
        return outcome
