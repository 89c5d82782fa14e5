"""The controller a trial runs: estimate, plan, solve, command, once a control period."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.checks import is_valid_motion
from robot_trials_control.config import ControllerConfig
from robot_trials_control.estimation.base import BaseEstimator
from robot_trials_control.estimation.payload import PayloadEstimator
from robot_trials_control.estimation.readings import Readings
from robot_trials_control.records import Fault, HandMode, MotionMode, Record, SensorGroup, make_motion_command
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.parameters import RobotParameters
from robot_trials_control.status import StatusWriter
from robot_trials_control.stops.fall_bounds import FALL_HEIGHT_SHARE, FALL_TILT_DEG
from robot_trials_control.stops.fall_pose import DAMPING, FallPose
from robot_trials_control.stops.lowering import Lowering
from robot_trials_control.stops.sensor_hold import SensorHold
from robot_trials_control.walking.footsteps import Pose2
from robot_trials_control.walking.phases import Walking
from robot_trials_control.whole_body.arms import ArmReferences
from robot_trials_control.whole_body.controller import WholeBodyController
from robot_trials_control.whole_body.drive import DriveCommand
from robot_trials_control.whole_body.references import WholeBodyReference

FALL_TILT_COS = float(np.cos(np.deg2rad(FALL_TILT_DEG)))
QP_FAILURES_MAX = 25
"""Ticks in a row on the last good command before the controller gives up."""
GRAVITY_MIN = 3.0
"""Smallest specific force in the first reading from which the base can be levelled [m/s²]."""
STOPS = (MotionMode.PROTECTIVE_STOP, MotionMode.LOWER)
"""Modes in which the arms stay as they are."""
DOWN = (MotionMode.LOWER, MotionMode.OFF)
"""Modes of a robot that squats."""
LIMP = (MotionMode.DAMPED, MotionMode.OFF)
"""Modes in which nothing is controlled."""
ARMS_DOWN_TIME = 1.5
"""In a squat that is to lose its power the arms first hang down under control, which brings their weight back [s]."""
BRAKE_STIFFNESS = 1.0
"""Of waist, leg roll and leg yaw joints in a robot that rests, per N·m of torque limit: no stops hold these [1/rad]."""
SINK_TIME = 1.5
"""Over which torques fade, damped, before the drives lose their power: the robot sinks onto its stops [s]."""


class WholeBodyWalkingController:
    """Payload-aware walking and arm controller of one robot."""

    def __init__(self, parameters: RobotParameters, config: ControllerConfig, control_period: float) -> None:
        self.period = control_period
        self.model = RobotModel(parameters)
        self.config = config
        self.estimator = BaseEstimator(self.model, config.estimator, control_period)
        gains = config.whole_body
        reach = self.model.sole_reach(gains.cop_margin, gains.torque_margin)
        self.walking = Walking(config.walking, reach, self.model.nu)
        self.arms = ArmReferences(self.model, config.whole_body)
        self.lowering = Lowering(self.model, self.walking, config.walking.height_kd, control_period)
        self.whole_body = WholeBodyController(self.model, config.whole_body)
        self.estimator.asked = self.whole_body.acceleration
        self.payload = PayloadEstimator(self.model, config.payload, control_period)
        self._status = StatusWriter(self.model)
        self.reference = WholeBodyReference(self.model.nominal_joints)
        self.readings = Readings(self.model.nu, control_period)
        self._hold = SensorHold(self.model, self.estimator.gyro_bias)
        self._fall_pose = FallPose(self.model)
        unstopped = self.model.limbs.is_leg | self.model.limbs.is_waist
        self._braked = np.setdiff1d(np.flatnonzero(unstopped), self.lowering.pitch_joints)
        self._fading = (np.zeros(self.model.nu), np.zeros(self.model.nu))
        self._fault = Fault.NONE
        self._held_motion, self._arms_held = make_motion_command(), False
        self._motion, self._motion_seen = make_motion_command(), b""
        self._drive = DriveCommand(self.model, config.drive, control_period)
        self._camera_data = self.model.model.createData()
        self.reset()

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Joints in the order of every joint array."""
        return self.model.joint_names

    def reset(self) -> None:
        """Forget everything; the next reading is the first."""
        self._started = False
        self.readings.reset()
        self._fault = Fault.NONE
        self._qp_failures_in_a_row = self._limp_ticks = self._faded = 0
        self._nominal_height = 0.0

    def step(self, state: Record, motion: Record, command: Record, status: Record) -> None:
        """One control period.

        Args:
            state: sensor readings.
            motion: what the trial asks for.
            command: receives the impedance command of every joint.
            status: receives what the controller believes and intends.
        """
        self.readings.update(state, self.whole_body.acceleration)
        state = self._hold.update(self.readings, self.walking.gait, self.reference)
        motion = self._accept(motion)
        if not self._started:
            if self._hold.failed or not self._feels_gravity(state):
                self._refuse(command, status)
                return
            self._start(state)
        self.estimator.update(state, self.reference.stance, self._hold.age)
        self._check_fall()
        self.payload.update(state, self.whole_body.acceleration, motion)
        self._plan(motion, state)
        self._write_command(state, motion, command)
        self._write_status(state, motion, command, status)

    def camera_pose_base(self, joints: np.ndarray) -> np.ndarray:
        """Pose of the head camera's optical frame in the base for joint angles of shape (nu,), as a (4, 4) array."""
        q = pin.neutral(self.model.model)
        q[7:] = joints
        data = self._camera_data
        pin.forwardKinematics(self.model.model, data, q)
        return np.asarray(pin.updateFramePlacement(self.model.model, data, self.model.camera_id).homogeneous)

    def _start(self, state: Record) -> None:
        self._started = True
        self.estimator.reset(state)
        self.estimator.update(state, np.ones(2, np.uint8))
        self._nominal_height = self.estimator.height
        self.walking.reset(self.model.state)
        self.arms.reset(state.joint_position)
        self._drive.reset(state)
        self.lowering.reset()

    @staticmethod
    def _feels_gravity(state: Record) -> bool:
        return bool(np.linalg.norm(state.imu_linear_acceleration) > GRAVITY_MIN)

    def _accept(self, motion: Record) -> Record:
        """The newest motion command that makes sense; one that does not is dropped."""
        raw = motion.data.tobytes()
        if raw != self._motion_seen:
            self._motion_seen = raw
            if is_valid_motion(motion):
                self._motion.data[:] = motion.data
                self._read_goal(motion)
        return self._motion

    def _refuse(self, command: Record, status: Record) -> None:
        """A first reading that tells nothing: damped, for there is nothing to go on with."""
        self._fault |= Fault.BAD_SENSOR
        self._write_damped(command)
        status.fault[...], status.mode[...] = int(self._fault), MotionMode.DAMPED

    def _check_fall(self) -> None:
        """By the judges' bounds, but above the lower sole: it knows no other ground, and feels no trunk touch it."""
        estimator = self.estimator
        low = estimator.height < FALL_HEIGHT_SHARE * self.lowering.height_share * self._nominal_height
        if low or estimator.tilt_cos < FALL_TILT_COS:
            self._fault |= Fault.FALLEN

    def _read_goal(self, motion: Record) -> None:
        goal, mode = self.walking.goal, MotionMode(int(motion.mode))
        goal.mode = MotionMode.STAND if mode == MotionMode.WALK_TO and float(motion.walk_speed) <= 0.0 else mode
        goal.target = Pose2(*motion.walk_target.tolist())
        goal.speed = float(motion.walk_speed)
        goal.velocity = tuple(motion.walk_velocity.tolist())

    def _plan(self, motion: Record, state: Record) -> None:
        walking = self.walking
        walking.may_step = self.estimator.is_settled and self.lowering.share == 0.0
        walking.update(self.period, self.model.state, state, self.reference)
        arm_motion, joints = self._hold_arms(motion, state), state.joint_position
        gives_way = bool(motion.shared_load) and int(motion.mode) == MotionMode.PROTECTIVE_STOP
        if gives_way:
            self.arms.give_way(joints)
        self.arms.update(self.period, arm_motion, walking.heading, walking.ground, joints, self.reference)
        self.whole_body.soften_arms(gives_way)
        if int(motion.mode) not in LIMP or self._hangs_arms(int(motion.mode)):
            wide = not self._hold.failed & SensorGroup.IMU  # a needless step without it may go wrong
            self.lowering.update(int(motion.mode) in DOWN, self.reference, wide=wide)
        self.whole_body.limit_legs(self.lowering.share > 0.0)

    def _hangs_arms(self, mode: int) -> bool:
        """Whether it squats on its way to losing power, its arms on their way down."""
        return (
            mode == MotionMode.OFF
            and not self._fault
            and self.lowering.share == 1.0
            and self._limp_ticks * self.period < ARMS_DOWN_TIME
        )

    def _hold_arms(self, motion: Record, state: Record) -> Record:
        """The motion command for the arms: during a stop they stay as they were when it began."""
        mode = int(motion.mode)
        holds = mode in STOPS or mode in LIMP
        if self._hangs_arms(mode):
            self.arms.hold(None)
        elif holds != self._arms_held or mode in LIMP:
            self._arms_held = holds
            self.arms.hold(state.joint_position if holds else None)
        if not holds:
            return motion
        self._held_motion.data[:] = motion.data
        self._held_motion.hand_mode[:] = HandMode.POSTURE
        return self._held_motion

    def _solve(self, state: Record, command: Record) -> None:
        whole_body = self.whole_body
        if whole_body.step(self.estimator.v, state.joint_position, self.reference):
            self._qp_failures_in_a_row = 0
        else:
            self._qp_failures_in_a_row += 1
            if self._qp_failures_in_a_row > QP_FAILURES_MAX:
                self._fault |= Fault.QP_FAILED
        self._drive.write(whole_body.acceleration, whole_body.torque, state, command)

    def _write_command(self, state: Record, motion: Record, command: Record) -> None:
        mode = int(motion.mode)
        hangs_arms = self._hangs_arms(mode)
        self._limp_ticks = self._limp_ticks + 1 if mode == MotionMode.OFF else 0
        self._faded = self._faded if self._limp_ticks else 0
        if self._fault & Fault.FALLEN:
            self._fall_pose.write(command)
        elif mode == MotionMode.OFF and not self._fault and not hangs_arms:
            self._fade(state, command)
        elif self._fault or mode == MotionMode.DAMPED:
            self._write_damped(command)
        else:
            self._solve(state, command)
            self._hold.stiffen(command)
            command.hand_closed[:] = motion.hand_closed

    def _fade(self, state: Record, command: Record) -> None:
        """Let the torques of the last command go by and by, the arms' stiffness with them; then no power at all."""
        if not self._faded:
            self._fading = command.torque.copy(), state.joint_position.copy()
        self._faded += 1
        torque, joints = self._fading
        share = max(1.0 - self._faded * self.period / SINK_TIME, 0.0)
        self._write_damped(command)
        command.torque[:], command.position[:] = share * torque, joints
        command.kp[:] = share * self._fall_pose.stiffness
        if share == 0.0:
            command.kd[:] = 0.0
        command.kp[self._braked] = BRAKE_STIFFNESS * self.model.parameters.torque_limits[self._braked]
        command.kd[self._braked] = DAMPING

    def _write_damped(self, command: Record) -> None:
        command.position[:] = 0.0
        command.velocity[:] = 0.0
        command.torque[:] = 0.0
        command.kp[:] = 0.0
        command.kd[:] = DAMPING

    def _write_status(self, state: Record, motion: Record, command: Record, status: Record) -> None:
        self._status.write(state, self.estimator.estimate, self.walking, self.arms, command, status)
        self._status.write_payload(self.payload, status)
        whole_body = self.whole_body
        status.mode[...] = MotionMode.DAMPED if self._fault else int(motion.mode)
        status.sensors_held[...] = self._hold.failed
        status.lowered[...] = self.lowering.share
        status.qp_status[...], status.qp_failures[...] = whole_body.exit_flag, whole_body.failures
        status.fault[...] = int(self._fault)
