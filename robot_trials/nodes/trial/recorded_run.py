"""The folder of one goal as the recorder sees it: its bag while it is written, and all that belongs beside it then."""

from __future__ import annotations

import time
from pathlib import Path

from rclpy.impl.rcutils_logger import RcutilsLogger

from robot_trials.config import TrialSetup
from robot_trials.exceptions import TelemetryFault
from robot_trials.nodes.common.sample_messages import make_frame_names
from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.telemetry.identity import make_identity
from robot_trials.telemetry.messages.frames import HANDS
from robot_trials.telemetry.recorder import TrialRecorder
from robot_trials.telemetry.site_description import describe_site
from robot_trials.trials.judging.run_marker import RunMark, alone_in

VERDICT_PATIENCE_S = 8.0
"""Longest wait for the trial node's verdict when the bag is closed; one that is dead writes none [s]."""
POLL_S = 0.1


class RecordedRun:
    """A bag that is being written, in a marked folder.

    Args:
        bag: folder of the bag; must not be there.
        setup: what is run.
        info: of the channel.
        begun_ns: time of the first sample that goes into it, since the trial's start [ns].

    Attributes:
        recorder: writes the bag.
        phase: of the trial that runs; empty while none does.
        had_trial: a trial has begun since the bag was.

    Raises:
        TelemetryFault: no room.
        OSError: it cannot be written, or is there already.
    """

    def __init__(self, bag: Path, setup: TrialSetup, info: ChannelInfo, begun_ns: int = 0) -> None:
        self.folder = bag.parent
        self.phase = ""
        self.had_trial = False
        self._mark = RunMark(self.folder, setup, "ros")
        identity = make_identity(setup, "ros")
        try:
            self.recorder = TrialRecorder(
                bag,
                identity,
                info.joint_names,
                info.urdf_text,
                frames=make_frame_names(info),
                payload_hand=HANDS[setup.demands.hand],
                site=describe_site(setup),
                begun_ns=begun_ns,
            )
        except (OSError, TelemetryFault):
            self._mark.release()
            raise

    def enter_phase(self, phase: str) -> None:
        """A trial has entered a phase; an empty one says that it is over."""
        self.phase = phase
        self.had_trial = self.had_trial or bool(phase)

    def close(self, log: RcutilsLogger) -> bool:
        """Close the bag; whether it holds everything."""
        try:
            self.recorder.close()
        except TelemetryFault as error:
            log.error(f"recording failed: {error}")
            return False
        log.info(f"bag closed: {self.recorder.folder}")
        return self.recorder.fault is None

    def settle(self, log: RcutilsLogger, report: bool) -> bool:
        """After the bag: what a dead trial node left undone, and the report if that is wanted.

        Returns:
            Whether everything that was wanted is there.
        """
        from robot_trials.review import REPORT, complete_run, find_lacks, write_report  # slow: not at the start

        self._mark.release()
        try:
            self._await_verdict()
            if find_lacks(self.folder) not in ([], [REPORT]):
                completion = complete_run(self.folder)
                if completion is not None:
                    log.warning(f"completed {completion.words}")
                    return not completion.troubles
            if report:
                log.info(f"report: {write_report(self.recorder.folder)}")
        except Exception as error:  # whatever is wrong with a report, the bag is closed and must be said to be
            log.error(f"no report: {type(error).__name__}: {error}")
            return False
        return True

    def _await_verdict(self) -> None:
        """A trial node that lives writes one soon; where none does, nobody is waited for."""
        from robot_trials.review.completion import VERDICT, find_lacks

        deadline = time.monotonic() + VERDICT_PATIENCE_S
        while self.had_trial and VERDICT in find_lacks(self.folder) and time.monotonic() < deadline:
            with alone_in(self.folder) as alone:
                if alone:
                    return
            time.sleep(POLL_S)
