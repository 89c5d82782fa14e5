"""A test double of robot, controller and world: everything goes exactly where it is told, nothing has dynamics.

Only tests use it: it shows what a trial's logic does with a robot that obeys, and with each thing that can go wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from robot_trials.config import TrialSetup
from robot_trials.exceptions import RobotFault
from robot_trials.geometry import (
    PlanarPose,
    compose_planar,
    invert_planar,
    invert_transform,
    planar_to_transform,
    pose_to_transform,
    quaternion_to_rotation,
    rotation_to_quaternion,
    rotation_to_transform,
    rotation_z,
    wrap_angle,
)
from robot_trials.perception.camera_kinematics import CameraKinematics
from robot_trials.robots import RobotProfile
from robot_trials.robots.interface import FiducialObservation
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import Fault, HandMode, MotionMode, Record, make_motion_command

BASE_HEIGHT = 0.85
HAND_AT_REST = np.array([0.0, -0.3, 0.75])
TURN_RATE = 0.8
CAMERA_PERIOD, CAMERA_LATENCY = 5, 4  # trial ticks: 10 Hz, 80 ms
FIELD_OF_VIEW = (math.tan(math.radians(34.5)), math.tan(math.radians(27.0)))
RIGHT_HAND = 1


@dataclass
class Mishaps:
    """What goes wrong; nothing by default.

    Attributes:
        giver_holds_on: the giver never lets go.
        receiver_passive: the receiver never takes hold.
        torch_hidden: the camera never sees the torch's tag.
        blind_after: no fiducials at all from this time on [s].
        fall_at: the robot falls at this time [s].
        nan_at: the gyro reads NaN from this time on [s].
        drop_at: the torch slips out of the robot's hand at this time [s].
        stuck: the robot never arrives anywhere.
        dies_at: the simulator stops answering at this time [s].
        controller_breaks_at: the controller raises at this time [s].
    """

    giver_holds_on: bool = False
    receiver_passive: bool = False
    torch_hidden: bool = False
    stuck: bool = False
    blind_after: float = math.inf
    fall_at: float = math.inf
    nan_at: float = math.inf
    drop_at: float = math.inf
    dies_at: float = math.inf
    controller_breaks_at: float = math.inf


@dataclass
class KinematicWorld:
    """World, robot and controller in one; step it with a motion command.

    Attributes:
        base: true pose of the robot on the map.
        map_to_odom: true pose of odom on the map.
        grip_offset: of the offered torch from where the site plans it [m].
    """

    setup: TrialSetup
    profile: RobotProfile
    mishaps: Mishaps = field(default_factory=Mishaps)
    grip_offset: np.ndarray = field(default_factory=lambda: np.array([0.03, -0.02, 0.02]))
    torch_mass: float = 1.65
    period: float = 0.02

    def __post_init__(self) -> None:
        """Place everything at the start."""
        self.base: PlanarPose = tuple(self.setup.site.start)  # type: ignore[assignment]
        self.map_to_odom: PlanarPose = compose_planar(self.base, (0.05, -0.04, 0.03))
        self.time = 0.0
        self.steps = 0
        self.walking = False
        self.fallen = False
        self.mode = MotionMode.DAMPED
        self.hand = np.eye(4)
        self.hand_error = 0.0
        self.torch = rotation_to_transform(np.eye(3), self.setup.course.giver.grip + self.grip_offset)
        self.receiver_hand = rotation_to_transform(np.eye(3), self.setup.course.receiver.grip)
        self.giver_holds, self.robot_holds, self.receiver_holds = True, False, False
        self.load_share, self.payload_mode = 0.0, 0
        names = self.profile.joint_names
        self.head = [names.index(name) for name in self.profile.head_joints]
        self.joints = self.profile.nominal_array.copy()
        self.command = make_motion_command()
        self._camera = CameraKinematics(
            self.profile.urdf_path, self.profile.joint_names, self.profile.frames.camera_optical
        )
        self._grasp = np.eye(4)
        self._grasp_height = 0.0
        self._unloaded_time = 0.0
        self._frames: list[tuple[float, list[FiducialObservation]]] = []
        self._count = 0
        self._base_speed = 0.0

    @property
    def base_in_odom(self) -> PlanarPose:
        """Where the robot believes itself, without error."""
        return compose_planar(invert_planar(self.map_to_odom), self.base)

    def step(self, command: Record) -> None:
        """Let one trial tick pass."""
        self._count += 1
        self.time = self._count * self.period
        self.mode, self.payload_mode = MotionMode(int(command.mode)), int(command.payload_mode)
        if self.time >= self.mishaps.fall_at:
            self.fallen = True
        if not self.fallen:
            self._walk(command)
            self._move_hand(command)
            self._turn_head(command)
            self._exchange(command)
        if self._count % CAMERA_PERIOD == 0 and self.time < self.mishaps.blind_after:
            self._frames.append((self.time + CAMERA_LATENCY * self.period, self._see()))

    def take_fiducials(self) -> list[FiducialObservation]:
        """Observations whose latency is over."""
        ready = [frame for frame in self._frames if frame[0] <= self.time + 1e-9]
        self._frames = self._frames[len(ready) :]
        return [observation for _, frame in ready for observation in frame]

    def fill_state(self, state: Record) -> None:
        """Sensor readings."""
        state.time_ns[...] = round(self.time * 1e9)
        state.joint_position[:] = self.joints
        state.imu_linear_acceleration[:] = 0.0, 0.0, 9.81
        state.imu_angular_velocity[:] = math.nan if self.time >= self.mishaps.nan_at else 0.0
        state.foot_wrench[:, 2] = 280.0
        state.battery[...] = 0.9

    def fill_status(self, status: Record) -> None:
        """Controller status."""
        if self.time >= self.mishaps.nan_at:  # as the stop ladder would answer
            status.stop_rung[...] = Rung.PROTECTIVE
            status.stop_over[...] = self.mode == MotionMode.STAND and not self.walking and self._base_speed == 0.0
            status.stop_triggers[...] = Trigger.NOT_FINITE
        x, y, yaw = self.base_in_odom
        status.base_position[:] = x, y, BASE_HEIGHT
        status.base_orientation_xyzw[:] = rotation_to_quaternion(rotation_z(yaw))
        status.base_linear_velocity[:] = self._base_speed, 0.0, 0.0
        status.hand_pose[:, 3:] = 0.0, 0.0, 0.0, 1.0
        status.hand_pose[RIGHT_HAND, :3] = self.hand[:3, 3]
        status.hand_pose[RIGHT_HAND, 3:] = rotation_to_quaternion(self.hand[:3, :3])
        status.hand_error[RIGHT_HAND] = self.hand_error
        status.payload_mass[...] = self.torch_mass * self.load_share
        status.payload_mode[...] = self.payload_mode
        status.mode[...] = MotionMode.DAMPED if self.fallen else self.mode
        status.walking[...] = self.walking
        status.at_target[...] = self.mode == MotionMode.WALK_TO and not self.walking
        status.fault[...] = Fault.FALLEN if self.fallen else 0
        status.zmp_margin[...] = 0.03
        status.torque_ratio[...] = 0.4

    def fill_truth(self, truth: Record) -> None:
        """What a simulator would know."""
        x, y, yaw = self.base
        truth.base_position[:] = x, y, 0.3 if self.fallen else BASE_HEIGHT
        truth.base_orientation_xyzw[:] = rotation_to_quaternion(rotation_z(yaw))
        truth.base_linear_velocity[:] = 0.0
        truth.prop_pose[:3] = self.torch[:3, 3]
        truth.prop_pose[3:] = rotation_to_quaternion(self.torch[:3, :3])
        weight = 9.81 * self.torch_mass
        truth.people_force[0] = 0.0, 0.0, -weight * (1.0 - self.load_share) if self.giver_holds else 0.0
        truth.people_force[1] = 0.0, 0.0, -weight * (1.0 - self.load_share) if self.receiver_holds else 0.0
        truth.people_hold[:] = self.giver_holds, self.receiver_holds
        truth.robot_holds[...] = self.robot_holds
        truth.ground_contacts[...] = 3 if self.fallen else 0
        truth.unwanted_contacts[...] = 0

    def _walk(self, command: Record) -> None:
        """Move the base towards the walk's target."""
        self.walking, self._base_speed = False, 0.0
        if self.mode != MotionMode.WALK_TO:
            return
        x, y, yaw = self.base_in_odom
        dx, dy, turn = command.walk_target - (x, y, yaw)
        turn = wrap_angle(float(turn))
        distance = math.hypot(dx, dy)
        self.walking = self.mishaps.stuck or distance > 0.01 or abs(turn) > 0.01
        if self.mishaps.stuck or not self.walking:
            return
        step = min(distance, float(command.walk_speed) * self.period)
        self._base_speed = step / self.period
        ratio = step / distance if distance > 0.0 else 0.0
        turned = max(-TURN_RATE * self.period, min(TURN_RATE * self.period, turn))
        moved = (x + ratio * dx, y + ratio * dy, wrap_angle(yaw + turned))
        self.base = compose_planar(self.map_to_odom, moved)

    def _move_hand(self, command: Record) -> None:
        """Move the right hand towards its target at the commanded speed."""
        mode = HandMode(int(command.hand_mode[RIGHT_HAND]))
        position, rotation = command.hand_position[RIGHT_HAND], command.hand_orientation_xyzw[RIGHT_HAND]
        target = rotation_to_transform(quaternion_to_rotation(rotation), position)
        if mode == HandMode.POSTURE:
            target = rotation_to_transform(np.eye(3), HAND_AT_REST)
        if mode != HandMode.ODOM:
            target = planar_to_transform(self.base_in_odom) @ target
        error = target[:3, 3] - self.hand[:3, 3]
        distance = float(np.linalg.norm(error))
        reach = max(float(command.hand_speed) * self.period, 1e-9) + self._base_speed * self.period
        self.hand[:3, 3] += error * min(1.0, reach / max(distance, 1e-9))
        self.hand[:3, :3] = target[:3, :3]
        self.hand_error = float(np.linalg.norm(target[:3, 3] - self.hand[:3, 3]))

    def _turn_head(self, command: Record) -> None:
        self.joints[self.head] = command.head

    def _exchange(self, command: Record) -> None:
        """Who holds the torch, and who carries how much of it."""
        hand_map = planar_to_transform(self.map_to_odom) @ self.hand
        closed = float(command.hand_closed[RIGHT_HAND]) > 0.5
        near = np.linalg.norm(hand_map[:3, 3] - self.torch[:3, 3]) < 0.03
        if closed and near and not self.robot_holds and self.load_share == 0.0:
            self.robot_holds = True
            self._grasp = invert_transform(hand_map) @ self.torch
            self._grasp_height = float(hand_map[2, 3])
        if not closed or self.time >= self.mishaps.drop_at:
            self.robot_holds, self.load_share = False, 0.0
        if not self.robot_holds:
            return
        self.torch = hand_map @ self._grasp
        height = float(hand_map[2, 3]) - self._grasp_height
        if self.giver_holds and not self.mishaps.giver_holds_on:
            self.load_share = min(1.0, max(0.0, height / 0.02))
            self._unloaded_time = self._unloaded_time + self.period if self.load_share > 0.6 else 0.0
            if self._unloaded_time > 0.6:
                self.giver_holds, self.load_share = False, 1.0
        offered = np.linalg.norm(self.torch[:3, 3] - self.receiver_hand[:3, 3]) < 0.05
        if offered and not self.receiver_holds and not self.mishaps.receiver_passive:
            self.receiver_holds = True
        if self.receiver_holds:
            self.load_share = max(0.1, self.load_share - self.period / 0.8)

    def _see(self) -> list[FiducialObservation]:
        """Tags in the picture of the head camera."""
        lift = planar_to_transform(self.base)
        lift[2, 3] = BASE_HEIGHT
        camera = lift @ self._camera.compute_transform_base_camera(self.joints)
        mounts = {
            "map": np.eye(4),
            "giver": planar_to_transform(self.setup.course.giver.stance),
            "receiver": planar_to_transform(self.setup.course.receiver.stance),
            "receiver_hand": self.receiver_hand,
            "torch": self.torch,
        }
        seen = []
        for tag in self.setup.site.fiducials:
            if tag.mount == "torch" and self.mishaps.torch_hidden:
                continue
            pose = invert_transform(camera) @ mounts[tag.mount] @ tag.transform_mount_tag
            x, y, z = pose[:3, 3]
            inside = z > 0.2 and abs(x / z) < FIELD_OF_VIEW[0] and abs(y / z) < FIELD_OF_VIEW[1]
            facing = float(pose[:3, 2] @ pose[:3, 3]) < 0.0
            if inside and facing and z < 30.0 * tag.size:
                seen.append(FiducialObservation(round(self.time * 1e9), tag.id, pose))
        return seen


class KinematicRobot:
    """The world's robot as the host knows it."""

    def __init__(self, world: KinematicWorld) -> None:
        self.world = world
        self.joint_names = world.profile.joint_names
        self.control_period_ns = round(world.period * 1e9)
        self.closed = False

    def read_state(self, state: Record) -> None:
        """One tick of the world."""
        if self.world.time >= self.world.mishaps.dies_at:
            raise RobotFault("the simulator no longer answers", time=self.world.time)
        self.world.step(self.world.command)
        self.world.fill_state(state)

    def write_command(self, command: Record, torque_applied: np.ndarray) -> None:
        """Nothing to drive."""
        torque_applied[:] = command.torque

    def read_truth(self, truth: Record) -> None:
        """The world's truth."""
        self.world.fill_truth(truth)

    def read_fiducials(self) -> list[FiducialObservation]:
        """What the camera saw."""
        return self.world.take_fiducials()

    def read_camera(self) -> None:
        """No frames."""
        return None

    def close(self) -> None:
        """Remember it."""
        self.closed = True


class KinematicController:
    """Passes the motion command to the world."""

    def __init__(self, world: KinematicWorld) -> None:
        self.world = world
        self.joint_names = world.profile.joint_names

    def reset(self) -> None:
        """Nothing to forget."""

    def step(self, state: Record, motion_command: Record, command: Record, status: Record) -> None:
        """Obey."""
        if self.world.time >= self.world.mishaps.controller_breaks_at:
            raise ZeroDivisionError("controller broke")
        self.world.command.data[:] = motion_command.data
        self.world.fill_status(status)


def hand_pose_in_map(world: KinematicWorld) -> np.ndarray:
    """True pose of the right hand on the map, shape (4, 4)."""
    pose = np.concatenate((world.hand[:3, 3], rotation_to_quaternion(world.hand[:3, :3])))
    return planar_to_transform(world.map_to_odom) @ pose_to_transform(pose)
