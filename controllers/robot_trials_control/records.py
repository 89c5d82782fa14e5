"""Fixed-size records that a robot, a controller and a log exchange every control tick.

Each record is one NumPy structured scalar, so that a whole tick is one block of bytes: it goes through shared
memory and into a log ring as it is. `Record` gives every field as a view on that block; a scalar field is a 0-d
array, read with `int(...)`, `float(...)` and written with `field[...] = value`.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

import numpy as np

LEFT, RIGHT = 0, 1
"""Index of a side in every array whose first axis counts feet or hands."""
PEOPLE_MAX = 2
"""People whose hands on a prop a sample tells of."""


class MotionMode(enum.IntEnum):
    """What the whole body is asked to do."""

    DAMPED = 0  # joint damping only: the end of a fall, or before the first stand
    STAND = 1  # stand still; finishes the step in progress first
    WALK_TO = 2  # step to `walk_target` (odom frame), then stand there
    WALK_VELOCITY = 3  # follow `walk_velocity` (heading frame)
    PROTECTIVE_STOP = 4  # end the walk with the fewest steps that keep balance, then stand, arms as they are
    LOWER = 5  # stand, then squat until the legs rest on their stops, arms as they are
    OFF = 6  # let the torques fade: for a robot that squats on its stops; legs' roll and yaw stay braked


class HandMode(enum.IntEnum):
    """In which frame a hand's target is given."""

    POSTURE = 0  # arm held at (or swung about) the nominal posture
    HEADING = 1  # grip pose in the heading frame: origin on the ground under the CoM, x along the heading, z up
    ODOM = 2  # grip pose in the odom frame


class PayloadMode(enum.IntEnum):
    """What the payload estimator does with the load in `payload_hand`."""

    NONE = 0  # the hand is empty: model without payload
    TARE = 1  # hand is empty: learn the bias of the arm's torque residual
    TRACK = 2  # estimate the load and apply it to the model
    HOLD = 3  # keep the last estimate applied


class Sharing(enum.IntEnum):
    """Whether a person may hold what the payload hand holds."""

    NONE = 0
    HELD = 1  # they may; a load that is whole and steady says that they have let go
    REACHED = 2  # they may, or have a hand in its reach: no load says that they will not take hold


class Support(enum.IntEnum):
    """Which feet carry the robot, as planned."""

    BOTH = 0
    LEFT = 1
    RIGHT = 2
    NONE = 3


class SensorGroup(enum.IntFlag):
    """Readings that come from one kind of device."""

    NONE = 0
    JOINTS = 1
    IMU = 2
    FEET = 4


Field = tuple[str, Any] | tuple[str, Any, tuple[int, ...]]


def robot_state_fields(nu: int) -> list[Field]:
    """Sensor readings of one control tick for a robot of `nu` actuated joints."""
    return [
        ("time_ns", "i8"),  # time of the sample, monotonic
        ("joint_position", "f8", (nu,)),  # [rad]
        ("joint_velocity", "f8", (nu,)),  # [rad/s]
        ("joint_torque", "f8", (nu,)),  # measured at the drive [N·m]
        ("imu_angular_velocity", "f8", (3,)),  # gyro, imu frame [rad/s]
        ("imu_linear_acceleration", "f8", (3,)),  # specific force, imu frame [m/s²]
        ("foot_wrench", "f8", (2, 6)),  # ground on foot: force then torque, in and about the sole frame [N, N·m]
        ("joint_temperature", "f8", (nu,)),  # of the drives' windings [°C]
        ("battery", "f8"),  # state of charge, 0…1
        ("joint_time_ns", "i8"),  # when each device took its newest reading, on the clock of `time_ns`
        ("imu_time_ns", "i8"),
        ("foot_time_ns", "i8"),
    ]


def robot_command_fields(nu: int) -> list[Field]:
    """Impedance command to every joint drive: τ = torque + kp (position − q) + kd (velocity − v)."""
    return [
        ("position", "f8", (nu,)),  # [rad]
        ("velocity", "f8", (nu,)),  # [rad/s]
        ("torque", "f8", (nu,)),  # feed-forward [N·m]
        ("kp", "f8", (nu,)),  # [N·m/rad]
        ("kd", "f8", (nu,)),  # [N·m·s/rad]
        ("hand_closed", "f8", (2,)),  # 0 open … 1 shut
    ]


def controller_status_fields() -> list[Field]:
    """What the controller believes and intends at one tick. Everything is in the odom frame unless said otherwise."""
    return [
        ("base_position", "f8", (3,)),
        ("base_orientation_xyzw", "f8", (4,)),
        ("base_linear_velocity", "f8", (3,)),
        ("base_angular_velocity_body", "f8", (3,)),
        ("com", "f8", (3,)),
        ("com_velocity", "f8", (3,)),
        ("speed_deviation", "f8"),  # standard deviation of the horizontal velocities [m/s]
        ("dcm", "f8", (2,)),
        ("dcm_reference", "f8", (2,)),
        ("zmp", "f8", (2,)),  # from the measured foot wrenches
        ("zmp_reference", "f8", (2,)),
        ("zmp_margin", "f8"),  # distance of the measured ZMP to the support polygon's edge, negative outside [m]
        ("foot_pose", "f8", (2, 7)),  # sole frames: position, quaternion xyzw
        ("hand_pose", "f8", (2, 7)),  # grip frames: position, quaternion xyzw
        ("hand_error", "f8", (2,)),  # distance of each grip frame to its target [m]
        ("payload_mass", "f8"),  # estimated [kg]
        ("payload_com", "f8", (3,)),  # estimated, in the grip frame [m]
        ("payload_mass_applied", "f8"),  # in the model now [kg]
        ("payload_mode", "u1"),  # PayloadMode
        ("mode", "u1"),  # MotionMode in force
        ("support", "u1"),  # Support
        ("walking", "u1"),  # 1 from the first weight shift until both feet stand still
        ("at_target", "u1"),  # 1 when standing at `walk_target`
        ("steps", "i4"),  # steps taken since reset
        ("torque_ratio", "f8"),  # largest |torque| / limit over the joints
        ("qp_status", "i4"),  # solver's exit flag, 1 = solved
        ("qp_failures", "i4"),  # ticks without a solution since reset
        ("fault", "u4"),  # bit set of Fault
        ("lowered", "f8"),  # 0 standing … 1 squatting with the legs about to rest on their stops
        ("stop_time", "f8"),  # since the first trigger of the stop in force [s]
        ("stop_triggers", "u4"),  # what caused the stop in force: bit set of the ladder's triggers
        ("sensors_held", "u1"),  # groups of sensors replaced by what is still known: bit set of SensorGroup
        ("stop_over", "u1"),  # 1 when that stop has come as far as it goes
        ("stop_waits", "u1"),  # 1 while it lowers no further because a person may hold the load
        ("stop_rung", "u1"),  # rung of the stop ladder in force, 0 is none
    ]


def truth_fields() -> list[Field]:
    """What only a simulator knows: for verdicts, tests and logs, never for control. NaN on hardware."""
    return [
        ("base_position", "f8", (3,)),  # world frame
        ("base_orientation_xyzw", "f8", (4,)),
        ("base_linear_velocity", "f8", (3,)),
        ("prop_pose", "f8", (7,)),  # frame of the prop that is carried, in world: position, quaternion xyzw
        ("people_force", "f8", (PEOPLE_MAX, 3)),  # of that prop on each person's hand, world [N]
        ("people_hold", "u1", (PEOPLE_MAX,)),  # whether each person's hand is on it; the kind of trial says who is who
        ("robot_holds", "u1"),  # whether a hand of the robot is on it
        ("ground_contacts", "i4"),  # contacts of the robot with the ground other than the soles', now
        ("unwanted_contacts", "i4"),  # robot with itself, people, things (beyond the grasp), now
    ]


def timing_fields() -> list[Field]:
    """Cost of one control tick."""
    return [
        ("tick", "i8"),
        ("wall_ns", "i8"),  # read to write
        ("cpu_ns", "i8"),  # the same in thread CPU time
        ("slack_ns", "i8"),  # time left before the deadline (period in lockstep)
        ("deadline_misses", "i8"),  # since start
    ]


def motion_command_fields() -> list[Field]:
    """What a trial asks of the controller; newest wins."""
    return [
        ("sequence", "i8"),  # increases with every command
        ("mode", "u1"),  # MotionMode
        ("walk_target", "f8", (3,)),  # x, y, yaw in odom [m, m, rad]
        ("walk_speed", "f8"),  # upper bound [m/s]
        ("walk_velocity", "f8", (3,)),  # forward, left, yaw rate in the heading frame [m/s, m/s, rad/s]
        ("hand_mode", "u1", (2,)),  # HandMode
        ("hand_position", "f8", (2, 3)),  # [m]
        ("hand_orientation_xyzw", "f8", (2, 4)),
        ("hand_speed", "f8"),  # upper bound of the hand targets' speed [m/s]
        ("hand_closed", "f8", (2,)),
        ("head", "f8", (2,)),  # yaw, pitch (positive looks down) [rad]
        ("payload_mode", "u1"),  # PayloadMode
        ("payload_hand", "u1"),  # LEFT or RIGHT
        ("shared_load", "u1"),  # Sharing: whether a person may hold what the payload hand holds
        ("stop_asked", "u4"),  # triggers that the trial itself calls for: bit set of the stop ladder's triggers
        ("speed_cap", "f8"),  # that the trial's permit sets [m/s]; 0 without a trial: the one in force at the start
        ("load_mass", "f8"),  # of what the trial carries, as announced [kg]; 0 for nothing
    ]


class Fault(enum.IntFlag):
    """Why a controller no longer does what it is asked."""

    NONE = 0
    QP_FAILED = 1  # no solution for longer than the tolerated run of ticks
    FALLEN = 2
    BAD_SENSOR = 4  # a reading that is not finite, or no gravity at the start


class Record:
    """Views on every field of one structured scalar; nested records become nested `Record`s.

    Attributes:
        data: the array of shape (1,) that owns (or maps) the bytes.
    """

    def __init__(self, data: np.ndarray) -> None:
        if data.shape != (1,) or data.dtype.names is None:
            raise ValueError(f"a record needs a structured array of shape (1,), got {data.dtype} {data.shape}")
        self.data = data
        for name in data.dtype.names:
            column = data[name]
            nested = column.dtype.names is not None
            setattr(self, name, Record(column) if nested else column.reshape(column.shape[1:]))

    if TYPE_CHECKING:  # a real one would make every access to a field slower

        def __getattr__(self, name: str) -> Any: ...

    def to_bytes(self) -> bytes:
        """The record's bytes, as they lie in memory."""
        return self.data.tobytes()


def make_record(fields: list[Field]) -> Record:
    """Allocate a zeroed record."""
    return Record(np.zeros(1, dtype=np.dtype(fields, align=True)))


def make_robot_state(nu: int) -> Record:
    """Allocate the sensor readings of one tick."""
    return make_record(robot_state_fields(nu))


def make_robot_command(nu: int) -> Record:
    """Allocate the impedance command of one tick."""
    return make_record(robot_command_fields(nu))


def make_motion_command() -> Record:
    """Allocate a motion command: damped, hands in posture, unit quaternions."""
    command = make_record(motion_command_fields())
    command.hand_orientation_xyzw[:, 3] = 1.0
    command.hand_speed[...] = 0.3
    return command


def control_sample_dtype(nu: int) -> np.dtype:
    """Everything about one control tick, as it is logged."""
    groups: list[tuple[str, list[Field]]] = [
        ("timing", timing_fields()),
        ("state", robot_state_fields(nu)),
        ("command", robot_command_fields(nu)),
        ("status", controller_status_fields()),
        ("truth", truth_fields()),
    ]
    fields: list[Field] = [(name, np.dtype(group, align=True)) for name, group in groups]
    fields.append(("torque_applied", "f8", (nu,)))  # after the drive's limits [N·m]
    return np.dtype(fields, align=True)


def make_control_sample(nu: int) -> Record:
    """Allocate the log record of one tick; the truth starts as NaN."""
    sample = Record(np.zeros(1, dtype=control_sample_dtype(nu)))
    for name in sample.truth.data.dtype.names:
        if sample.truth.data.dtype[name].base.kind == "f":
            getattr(sample.truth, name)[...] = np.nan
    return sample
