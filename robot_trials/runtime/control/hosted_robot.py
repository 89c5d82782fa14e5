"""One robot in the control process: its loop, its channel, whose command it follows, and how it ends."""

from __future__ import annotations

import sys
import traceback

import numpy as np

from robot_trials.exceptions import FaultError
from robot_trials.robots.interface import CameraFrame, FiducialObservation, Robot
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.runtime.channel.layout import FIDUCIAL_DTYPE, HEALTH_DTYPE, frame_dtype
from robot_trials.runtime.channel.stop_inbox import StopInbox
from robot_trials.runtime.channel.trial_link import LOCKSTEP_TIMEOUT_S, Following, Need, TrialLink
from robot_trials.runtime.control.damping import Damper
from robot_trials.runtime.control.life_wait import LifeWait
from robot_trials.runtime.control.loop import Controller, ControlLoop
from robot_trials.runtime.control.pauses import PauseWatch
from robot_trials.runtime.control.realtime import RealtimeReport
from robot_trials.runtime.control.safe_end import SafeEnd, count_give_up_ticks, is_damped, is_standing
from robot_trials.runtime.world_request import WorldKeeper
from robot_trials.safety.stop_guard import StopGuard
from robot_trials.safety.stop_ladder import Rung
from robot_trials_control.records import Record


class HostedRobot:
    """Ticks one robot and answers its trial; what breaks here is this robot's end and nobody else's.

    Attributes:
        error: what broke its loop; None while it works.
        info: what attaching processes know of it.
    """

    def __init__(
        self,
        robot: Robot,
        controller: Controller,
        info: ChannelInfo,
        realtime: RealtimeReport,
        stops: StopGuard | None = None,
        quiet_timeout: float = LOCKSTEP_TIMEOUT_S,
    ) -> None:
        self.error: BaseException | None = None
        self.info = info
        self._robot = robot
        self._realtime = realtime
        self._loop = ControlLoop(robot, controller, [self._publish], stops)  # compiles: nobody may attach before
        self._damper = Damper(robot)
        self._channel = Channel.create(info)
        self._link = TrialLink(self._channel, info.lockstep, quiet_timeout)
        self._stop_inbox = StopInbox(self._channel, self._loop.stops.requests)
        self._life = LifeWait(self._channel, self._stop_inbox, self._loop.stops.limits.heartbeat_timeout)
        self._world = WorldKeeper(self._channel, robot)
        self._safe_end = SafeEnd(give_up_ticks=count_give_up_ticks(self._loop.stops.limits))
        self._health = Record(np.zeros(1, HEALTH_DTYPE))
        self._fiducial = Record(np.zeros(1, FIDUCIAL_DTYPE))
        self._frame = Record(np.zeros(1, frame_dtype(*info.camera_size))) if info.camera_size else None

    @property
    def time_ns(self) -> int:
        """Of the newest control tick [ns]."""
        return int(self._loop.sample.state.time_ns)

    @property
    def follows_trial(self) -> bool:
        """Whether a trial's command is in force."""
        return self.error is None and self._link.following == Following.TRIAL

    @property
    def done(self) -> bool:
        """Whether it is safe to leave the robot: it was told to end and has, or its joints have damped for a while."""
        return self._safe_end.done if self.error is None else self._damper.done

    @property
    def gave_up(self) -> bool:
        """Whether it was told to end, and did not become safe in time."""
        return self._safe_end.gave_up

    def tick(self) -> None:
        """One control tick, or one of damping where the loop is broken."""
        if self.error is not None:
            self._damper.tick()
            return
        self._hear()
        self._stop_inbox.note_tick()
        try:
            self._loop.run_ticks(1, self._link.command)
        except Exception as error:  # of robot or controller: others in the same world go on
            self.fail(error)

    def finish_exchange(self, ticks: int, ending: bool, pauses: PauseWatch) -> None:
        """After the control ticks of a trial tick: pass on camera and health, judge whether the robot is safe.

        Args:
            ticks: control ticks since the last call.
            ending: the process was told to end.
            pauses: of the process so far.
        """
        if self.error is not None:
            return
        try:
            self._pass_on_camera()
        except FaultError as error:
            self.fail(error)
            return
        self._write_health(ending, pauses)
        if ending:
            self._safe_end.update(self._loop.sample.status, ticks, self._link.trial_answers)

    def begin_wait(self) -> None:
        """The wait for this robot's trial begins."""
        self._link.begin_wait()

    def find_need(self) -> Need:
        """What this robot needs of the world in lockstep now."""
        if self.error is not None:
            return Need.NOTHING
        sample = self._loop.sample
        status = sample.status
        over = status.stop_over and not status.stop_waits  # one that waits must notice when the load is let go
        stopping = int(status.stop_rung) >= Rung.STAND and not over
        settled = not stopping and (is_standing(status) or is_damped(status))
        self._hear()
        if self._world.is_asked and settled:
            return Need.TIME
        need = self._link.find_need(int(sample.timing.tick), settled, self._stop_inbox.is_asked)
        if need == Need.TIME and self._life.must_wait(self.time_ns * 1e-9):
            return Need.ANSWER
        return need

    def choose_command(self, ending: bool) -> None:
        """Choose the motion command of the next trial tick."""
        if self.error is not None:
            return
        self._link.choose_command(int(self._loop.sample.timing.tick), ending)
        if not self._link.trial_runs and not ending and is_standing(self._loop.sample.status):
            self._world.serve()
        command = self._link.command
        cap = float(command.speed_cap) if self._link.trial_runs else 0.0
        load = float(command.load_mass)  # a stop may outlast its trial, and what is in the hand then
        self._loop.stops.set_trial_limits(cap, load)
        self._stop_inbox.watch_guardians(self._link.following == Following.TRIAL)

    def fail(self, error: BaseException) -> None:
        """Let the joints damp from now on, and tell those attached why; only the first reason counts."""
        if self.error is not None:
            return
        self.error = error
        reason = str(error) or type(error).__name__
        print(f"control process: channel {self.info.channel!r}: {reason}", file=sys.stderr, flush=True)
        if not isinstance(error, FaultError):
            traceback.print_exception(error)
        self.close(reason)

    def close(self, reason: str = "") -> None:
        """Close the channel; idempotent."""
        self._channel.mark_closed(reason)
        self._channel.close()

    def _hear(self) -> None:
        """Take in what the stop node and the supervisor say; nobody drives before somebody has listened for stops."""
        self._stop_inbox.update()
        self._link.may_drive = self._stop_inbox.inputs > 0

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

    def _write_health(self, ending: bool, pauses: PauseWatch) -> None:
        health = self._health
        health.following[...] = self._link.following
        health.quiet_takeovers[...] = self._link.quiet_takeovers
        health.log_overruns[...] = self._channel.log.overruns
        health.trial_overruns[...] = self._channel.trial.overruns
        health.fifo[...] = self._realtime.fifo
        health.memory_locked[...] = self._realtime.memory_locked
        health.ending[...] = ending
        health.pauses[...], health.pause_max[...] = pauses.count, pauses.longest
        stops = self._loop.stops
        health.acts[...], health.act_refused[...], health.act_triggers[...] = (
            stops.acts,
            stops.act_refused,
            stops.act_triggers,
        )
        self._channel.health.write(health.data)
