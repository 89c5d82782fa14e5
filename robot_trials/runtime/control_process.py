"""The control loop among other processes: shares every sample, follows whoever may command, ends with a safe robot."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from robot_trials.robots.interface import CameraFrame, FiducialObservation, Robot
from robot_trials.runtime.channel import FIDUCIAL_DTYPE, HEALTH_DTYPE, Channel, ChannelInfo, frame_dtype
from robot_trials.runtime.damping import damp_robot
from robot_trials.runtime.loop import Controller, ControlLoop
from robot_trials.runtime.pacing import Pacer
from robot_trials.runtime.realtime import RealtimeReport
from robot_trials.runtime.safe_end import SafeEnd, is_damped, is_standing
from robot_trials.runtime.stop_inbox import StopInbox
from robot_trials.runtime.trial_link import LOCKSTEP_TIMEOUT_S, Following, TrialLink
from robot_trials.safety.stop_guard import StopGuard
from robot_trials.safety.stop_ladder import Rung
from robot_trials_control.records import Record

TICKS_PER_EXCHANGE = 10
"""Control ticks per trial tick: 500 Hz to 50 Hz."""
EXIT_OK, EXIT_NOT_SAFE = 0, 4


@dataclass(frozen=True)
class ProcessOptions:
    """How the control process runs.

    Attributes:
        channel: name of the shared memory.
        real_time_factor: 0 waits for every trial tick and runs as fast as that allows; up to 1 is paced by the clock.
        quiet_timeout: wall time after which a trial in lockstep counts as quiet [s].
    """

    channel: str
    real_time_factor: float = 0.0
    quiet_timeout: float = LOCKSTEP_TIMEOUT_S

    @property
    def lockstep(self) -> bool:
        """Whether the world waits for every trial tick."""
        return self.real_time_factor == 0.0

    @property
    def clock(self) -> Callable[[], int] | None:
        """CLOCK_MONOTONIC [ns] where it paces the loop."""
        return None if self.lockstep else time.monotonic_ns


class ControlProcess:
    """Runs the control loop until told to end, then until the robot is safe.

    Attributes:
        end_requested: a signal asked for the end.
    """

    def __init__(
        self,
        robot: Robot,
        controller: Controller,
        info: ChannelInfo,
        options: ProcessOptions,
        realtime: RealtimeReport,
        stops: StopGuard | None = None,
    ) -> None:
        self.end_requested = False
        self._robot = robot
        self._options = options
        self._realtime = realtime
        self._loop = ControlLoop(robot, controller, [self._publish], stops)  # compiles: nobody may attach before
        self._channel = Channel.create(info)
        self._link = TrialLink(self._channel, options.lockstep, options.quiet_timeout)
        self._pacer = Pacer(options.real_time_factor or 1.0)
        self._stop_inbox = StopInbox(self._channel, self._loop.stops.requests)
        self._safe_end = SafeEnd()
        self._health = Record(np.zeros(1, HEALTH_DTYPE))
        self._fiducial = Record(np.zeros(1, FIDUCIAL_DTYPE))
        self._frame = Record(np.zeros(1, frame_dtype(*info.camera_size))) if info.camera_size else None

    def request_end(self, *_: object) -> None:
        """Signal handler: stand, then end."""
        self.end_requested = True

    def run(self) -> int:
        """Loop until the end; returns the exit code. Faults close the channel with their reason before they leave."""
        reason = ""
        try:
            while not self._safe_end.done:
                self._run_exchange()
            if self._safe_end.gave_up:
                reason = "told to end, but the robot did not come to stand in time"
            return EXIT_NOT_SAFE if reason else EXIT_OK
        except BaseException as error:
            reason = str(error) or type(error).__name__
            damp_robot(self._robot)
            raise
        finally:
            self._channel.mark_closed(reason)
            self._channel.close()

    def _run_exchange(self) -> None:
        """One trial tick: control ticks, camera, then the next motion command."""
        sample = self._loop.run_ticks(TICKS_PER_EXCHANGE, self._link.command)
        self._pass_on_camera()
        self._write_health()
        if self.end_requested:
            self._safe_end.update(sample.status, TICKS_PER_EXCHANGE, self._link.trial_runs)
        if not self._options.lockstep or self._link.following != Following.TRIAL:
            self._pacer.wait_until(int(sample.state.time_ns))
        status = sample.status
        stopping = int(status.stop_rung) >= Rung.STAND and not status.stop_over
        settled = not stopping and (is_standing(status) or is_damped(status))
        self._link.next_command(int(sample.timing.tick), settled, lambda: self.end_requested, self._stop_inbox.update)
        self._stop_inbox.update()

    def _publish(self, sample: Record) -> None:
        """Control loop's sink: every tick to recorder and trial, the newest to everybody."""
        data = sample.data
        self._channel.state.write(data)
        self._channel.log.push(data)
        self._channel.trial.push(data)

    def _pass_on_camera(self) -> None:
        frame = self._robot.read_camera()
        if frame is not None and self._frame is not None:
            self._push_frame(frame, self._frame)
        for observation in self._robot.read_fiducials():
            self._push_fiducial(observation)

    def _push_frame(self, frame: CameraFrame, record: Record) -> None:
        record.time_ns[...] = frame.time_ns
        record.camera_matrix[...] = frame.camera_matrix
        record.image_bgr[...] = frame.image_bgr
        self._channel.frames.push(record.data)

    def _push_fiducial(self, observation: FiducialObservation) -> None:
        record = self._fiducial
        record.time_ns[...] = observation.time_ns
        record.tag_id[...] = observation.tag_id
        record.transform_camera_tag[...] = observation.transform_camera_tag
        self._channel.fiducials.push(record.data)

    def _write_health(self) -> None:
        health = self._health
        health.following[...] = self._link.following
        health.quiet_takeovers[...] = self._link.quiet_takeovers
        health.log_overruns[...] = self._channel.log.overruns
        health.trial_overruns[...] = self._channel.trial.overruns
        health.fifo[...] = self._realtime.fifo
        health.memory_locked[...] = self._realtime.memory_locked
        health.ending[...] = self.end_requested
        self._channel.health.write(health.data)
