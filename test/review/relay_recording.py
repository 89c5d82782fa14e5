"""A made-up torch relay: smooth curves instead of physics, in a real bag with the real robot description."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from robot_trials.config import find_config, load_trial_setup
from robot_trials.robots.profile import load_profile
from robot_trials.telemetry import TrialIdentity, TrialRecorder
from robot_trials.telemetry.site_description import describe_site
from robot_trials_control.records import control_sample_dtype

RATE = 500
SPEED = 0.8
TORCH_WEIGHT = 1.6 * 9.81
START = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))


@dataclass
class MadeUpEvent:
    """What a trial reports."""

    time_ns: int
    severity: str
    source: str
    text: str
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Schedule:
    """When the phases of a relay over `length` [m] begin [s]."""

    length: float

    @property
    def phases(self) -> list[tuple[str, float]]:
        """Name and start of each phase; the last has no length."""
        carried = 9.0 + self.length / SPEED
        return [
            ("preflight", 0.0),
            ("walk_to_giver", 1.0),
            ("reach", 5.0),
            ("take_over", 7.0),
            ("carry", 9.0),
            ("reach_receiver", carried),
            ("hand_over", carried + 2.0),
            ("step_back", carried + 4.0),
            ("stand", carried + 5.5),
            ("", carried + 6.5),
        ]

    def start(self, phase: str) -> float:
        """Start of a phase [s]."""
        return dict(self.phases)[phase]


def load_relay_site(length: float) -> str:
    """The relay's site with another length, as a bag carries it."""
    return describe_site(load_trial_setup("torch_relay", length=length))


def make_samples(schedule: Schedule, joint_names: tuple[str, ...], posture: np.ndarray) -> np.ndarray:
    """Control samples of the whole trial, shape (n,)."""
    count = int(schedule.start("") * RATE)
    time = np.arange(count) / RATE
    samples = np.zeros(count, dtype=control_sample_dtype(len(joint_names)))
    x = -3.0 + np.clip((time - 1.0) / 4.0, 0, 1) * 3.0 + np.clip((time - 9.0) * SPEED, 0, schedule.length + 0.5)
    walking = np.gradient(x, time) > 0.05
    swing = walking * np.sin(2 * np.pi * time)
    samples["timing"]["tick"] = np.arange(count)
    samples["timing"]["cpu_ns"] = 240_000 + 20_000 * np.abs(np.sin(37 * time))
    samples["timing"]["wall_ns"] = samples["timing"]["cpu_ns"] * 1.1
    state, status, truth = samples["state"], samples["status"], samples["truth"]
    state["time_ns"] = np.arange(count) * (1_000_000_000 // RATE)
    state["battery"] = 0.93 - 0.0002 * time
    state["joint_position"] = posture + _make_gait(joint_names, swing, time >= 7.0)
    for record in (status, truth):
        record["base_position"] = np.stack([x, 0.03 * np.sin(0.3 * time), 0.86 + 0.01 * np.cos(4 * np.pi * time)], 1)
        record["base_orientation_xyzw"][:, 1] = 0.01 * swing
        record["base_orientation_xyzw"][:, 3] = np.sqrt(1 - (0.01 * swing) ** 2)
        record["base_linear_velocity"][:, 0] = np.gradient(x, time)
    status["base_position"][:, 1] += 0.0005 * time
    status["walking"] = walking
    status["zmp_margin"] = 0.03 + 0.012 * np.sin(2 * np.pi * time) - 0.01 * walking
    status["dcm"] = np.stack([x, 0.01 * swing], 1)
    status["dcm_reference"] = np.stack([x + 0.004 * swing, 0.008 * swing], 1)
    status["torque_ratio"] = 0.35 + 0.2 * np.abs(swing)
    held = (time >= 8.0) & (time < schedule.start("hand_over") + 1.5)
    status["payload_mass"] = np.where(held, 1.58 + 0.03 * np.sin(time), 0.02 * np.sin(time))
    status["payload_mass_applied"] = np.where(held, 1.58, 0.0)
    _fill_torch(truth, schedule, time, held)
    samples["torque_applied"] = 20 * swing[:, None]
    samples["command"]["position"] = state["joint_position"]
    return samples


def _make_gait(joint_names: tuple[str, ...], swing: np.ndarray, arm_out: np.ndarray) -> np.ndarray:
    """What is added to the nominal posture [rad]."""
    position = np.zeros((len(swing), len(joint_names)))
    for side, sign in (("l", 1.0), ("r", -1.0)):
        for joint, amount in ((3, -0.3), (4, 0.35), (5, -0.1)):
            position[:, joint_names.index(f"leg_{side}{joint}_joint")] = amount * np.maximum(0.0, sign * swing)
    position[:, joint_names.index("zarm_l1_joint")] = 0.15 * swing
    position[:, joint_names.index("zarm_r1_joint")] = -0.2 * arm_out
    return position


def _fill_torch(truth: np.ndarray, schedule: Schedule, time: np.ndarray, held: np.ndarray) -> None:
    """Pose of the torch, who holds it, and with what force."""
    pose = truth["prop_pose"]
    pose[:, :3] = truth["base_position"] * [1, 1, 0] + [0.42, -0.30, 1.0]
    pose[time < 8.0, :3] = [0.42, -0.30, 1.0]
    pose[time >= schedule.start("step_back"), :3] = [schedule.length + 0.92, -0.30, 1.0]
    pose[:, 4] = 0.02 * np.sin(3 * time) * held
    pose[:, 6] = np.sqrt(1 - pose[:, 4] ** 2)
    truth["robot_holds"] = held
    truth["people_hold"][:, 0] = time < 8.5
    truth["people_hold"][:, 1] = time >= schedule.start("hand_over") + 1.0
    share = np.clip((8.5 - time) / 0.8, 0, 1)
    truth["people_force"][:, 0, 2] = -TORCH_WEIGHT * share - 4 * np.exp(-(((time - 7.9) / 0.1) ** 2))
    share = np.clip((time - schedule.start("hand_over") - 1.0) / 0.6, 0, 1)
    truth["people_force"][:, 1, 2] = -TORCH_WEIGHT * share
    truth["people_force"][:, 1, 0] = 6 * np.exp(-(((time - schedule.start("hand_over") - 1.2) / 0.15) ** 2))


def make_identity(*files: Path) -> TrialIdentity:
    """Identity of the trial."""
    return TrialIdentity("torch_relay", "kuavo", "shenzhen_relay", 0, "in_process", START, "relay-0001", files)


def record_relay(folder: Path, length: float = 5.0, passed: bool = True, pictures: bool = True) -> Path:
    """Record the trial into `folder`/bag and write `folder`/verdict.json; returns the bag's folder."""
    schedule = Schedule(length)
    profile_file = find_config("robots", "kuavo")
    profile = load_profile(profile_file)
    names = tuple(profile.joint_names)
    samples = make_samples(schedule, names, profile.nominal_array)
    identity = make_identity(profile_file)
    urdf = profile.urdf_path.read_text(encoding="utf-8")
    with TrialRecorder(folder / "bag", identity, names, urdf, site=load_relay_site(length)) as recorder:
        recorder.write_samples(samples)
        for name, start in schedule.phases:
            recorder.write_phase(int(start * 1e9), name)
        recorder.write_event(MadeUpEvent(7_900_000_000, "info", "take_over", "load felt", {"mass_kg": 1.58}))
        recorder.write_event(MadeUpEvent(8_400_000_000, "warning", "take_over", "second try", {"try": 2.0}))
        for number in range(int(schedule.start("") * 2) if pictures else 0):
            recorder.write_jpeg(int(number * 5e8), make_picture(number))
    (folder / "verdict.json").write_text(json.dumps(make_verdict(schedule, passed)), encoding="utf-8")
    return folder / "bag"


def make_picture(number: int) -> bytes:
    """A JPEG that changes from picture to picture."""
    import cv2

    rows, columns = np.mgrid[0:240, 0:320]
    image = np.stack([rows % 256, (columns + 3 * number) % 256, np.full_like(rows, 90)], axis=2).astype(np.uint8)
    cv2.putText(image, f"picture {number}", (60, 130), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (255, 255, 255), 2)
    return cv2.imencode(".jpg", image)[1].tobytes()


def make_verdict(schedule: Schedule, passed: bool) -> dict[str, object]:
    """What a trial writes beside the bag."""
    rows = [
        ("falls", "Falls", 0.0, "", 0.0, "<="),
        ("qp_failures", "QP failures", 0.0, "", 0.0, "<="),
        ("unwanted_contacts", "Unwanted contacts", 0.0, "", 0.0, "<="),
        ("distance", "Distance with the torch", schedule.length + 0.4, "m", schedule.length, ">="),
        ("mean_speed", "Mean walking speed", SPEED, "m/s", 0.7, ">="),
        ("torch_tilt_p99_deg", "Torch tilt, 99th percentile", 2.3, "deg", 5.0, "<="),
        ("torch_tilt_max_deg", "Torch tilt, largest", 2.4 if passed else 12.4, "deg", 10.0, "<="),
        ("giver_force_max", "Force on the giver beyond weight", 4.0, "N", 20.0, "<="),
        ("receiver_force_max", "Force on the receiver beyond weight", 6.0, "N", 20.0, "<="),
        ("lateral_offset_max", "Off the lane's middle, largest", 0.03, "m", 0.3, "<="),
    ]
    criteria = [
        {
            "name": name,
            "label": label,
            "value": value,
            "unit": unit,
            "bound": bound,
            "comparison": comparison,
            "passed": value >= bound if comparison == ">=" else value <= bound,
        }
        for name, label, value, unit, bound, comparison in rows
    ]
    ends = [start for _, start in schedule.phases[1:]]
    return {
        "passed": passed,
        "reason": "" if passed else "Torch tilt, largest: 12.4 must be ≤ 10 deg",
        "ended": "standing",
        "criteria": criteria,
        "identity": {"trial": "torch_relay", "robot": "kuavo", "seed": "0"},
        "timeline": [
            {"phase": name, "start_s": start, "end_s": end, "result": "success", "detail": ""}
            for (name, start), end in zip(schedule.phases, ends, strict=False)
        ],
        "events": [{"time_s": 7.9, "name": "take_over", "detail": "load felt", "severity": "info"}],
        "figures": {"deadline_misses": 0.0, "simulated_time": schedule.start(""), "odometry_drift": 0.04},
    }
