"""A made-up walk of no particular kind: smooth curves instead of physics, in a real bag with the real robot."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
from recorded_frames import NAMED

from robot_trials.config import find_config
from robot_trials.robots.profile import load_profile
from robot_trials.telemetry import TrialIdentity, TrialRecorder
from robot_trials_control.records import control_sample_dtype

RATE = 500
SPEED = 0.8
START = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))
PHASES = (("preflight", 0.0), ("go_there", 1.0), ("look_around", 7.0), ("qp_check", 8.0), ("stand", 9.0), ("", 10.0))
"""Name and start of each phase [s]; the last has no length."""
SITE = {
    "name": "park",
    "fiducials": [
        {
            "id": 7,
            "size": 0.4,
            "mount": "map",
            "transform": [[0, 0, -1, 4], [-1, 0, 0, 1.7], [0, 1, 0, 1.2], [0, 0, 0, 1]],
        },
        {"id": 8, "size": 0.1, "mount": "visitor", "transform": np.eye(4).tolist()},
    ],
}


@dataclass
class MadeUpEvent:
    """What a trial reports."""

    time_ns: int
    severity: str
    source: str
    text: str
    values: dict[str, float] = field(default_factory=dict)


def make_walk(time: np.ndarray, x: np.ndarray, joint_names: tuple[str, ...], posture: np.ndarray) -> np.ndarray:
    """Control samples of a robot that is at x [m] at each time [s], both of shape (n,)."""
    samples = np.zeros(len(time), dtype=control_sample_dtype(len(joint_names)))
    walking = np.gradient(x, time) > 0.05
    swing = walking * np.sin(2 * np.pi * time)
    samples["timing"]["tick"] = np.arange(len(time))
    samples["timing"]["cpu_ns"] = 240_000 + 20_000 * np.abs(np.sin(37 * time))
    samples["timing"]["wall_ns"] = samples["timing"]["cpu_ns"] * 1.1
    state, status, truth = samples["state"], samples["status"], samples["truth"]
    state["time_ns"] = np.arange(len(time)) * (1_000_000_000 // RATE)
    state["battery"] = 0.93 - 0.0002 * time
    state["joint_position"] = posture + _make_gait(joint_names, swing)
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
    samples["torque_applied"] = 20 * swing[:, None]
    samples["command"]["position"] = state["joint_position"]
    return samples


def _make_gait(joint_names: tuple[str, ...], swing: np.ndarray) -> np.ndarray:
    """What is added to the nominal posture [rad]."""
    position = np.zeros((len(swing), len(joint_names)))
    for side, sign in (("l", 1.0), ("r", -1.0)):
        for joint, amount in ((3, -0.3), (4, 0.35), (5, -0.1)):
            position[:, joint_names.index(f"leg_{side}{joint}_joint")] = amount * np.maximum(0.0, sign * swing)
    position[:, joint_names.index("zarm_l1_joint")] = 0.15 * swing
    return position


def make_identity(*files: Path) -> TrialIdentity:
    """Identity of a trial that names no kind."""
    return TrialIdentity("evening_walk", "kuavo", "park", 0, "in_process", START, "walk-0001", files)


def record_walk(folder: Path, passed: bool = True, pictures: bool = True) -> Path:
    """Record the trial into `folder`/bag and write `folder`/verdict.json; returns the bag's folder."""
    time = np.arange(int(PHASES[-1][1] * RATE)) / RATE
    events = [
        MadeUpEvent(3_900_000_000, "info", "go_there", "half way", {"way_m": 2.4}),
        MadeUpEvent(7_400_000_000, "warning", "look_around", "second try", {"try": 2.0}),
    ]
    profile = load_profile(find_config("robots", "kuavo"))
    names = tuple(profile.joint_names)
    samples = make_walk(time, np.clip((time - 1.0) * SPEED, 0, 4.8), names, profile.nominal_array)
    write_bag(folder, samples, make_identity(), json.dumps(SITE), PHASES, events, pictures)
    tilt = 2.4 if passed else 12.4
    rows = [
        ("falls", "Falls", 0.0, "", 0.0, "<="),
        ("distance", "There & back", 4.8, "m", 4.0, ">="),
        ("tilt_max_deg", "Trunk's tilt, largest", tilt, "deg", 10.0, "<="),
    ]
    reason = "" if passed else f"Trunk's tilt, largest: {tilt} must be ≤ 10 deg"
    verdict = make_verdict(rows, PHASES, reason, identity={"trial": "evening_walk", "robot": "kuavo", "seed": "0"})
    verdict["events"] = [{"time_s": 3.9, "name": "go_there", "detail": "half way", "severity": "info"}]
    (folder / "verdict.json").write_text(json.dumps(verdict), encoding="utf-8")
    return folder / "bag"


def write_bag(
    folder: Path,
    samples: np.ndarray,
    identity: TrialIdentity,
    site: str,
    phases: Any,
    events: list[MadeUpEvent],
    pictures: bool,
) -> None:
    """Write a bag of the real robot; two pictures a second where there shall be any."""
    profile = load_profile(find_config("robots", "kuavo"))
    urdf = profile.urdf_path.read_text(encoding="utf-8")
    with TrialRecorder(folder / "bag", identity, tuple(profile.joint_names), urdf, site=site, **NAMED) as recorder:
        recorder.write_samples(samples)
        for name, start in phases:
            recorder.write_phase(int(start * 1e9), name)
        for event in events:
            recorder.write_event(event)
        for number in range(int(phases[-1][1] * 2) if pictures else 0):
            recorder.write_jpeg(int(number * 5e8), make_picture(number))


def make_picture(number: int) -> bytes:
    """A JPEG that changes from picture to picture."""
    import cv2

    rows, columns = np.mgrid[0:240, 0:320]
    image = np.stack([rows % 256, (columns + 3 * number) % 256, np.full_like(rows, 90)], axis=2).astype(np.uint8)
    cv2.putText(image, f"picture {number}", (60, 130), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (255, 255, 255), 2)
    return cv2.imencode(".jpg", image)[1].tobytes()


def make_verdict(rows: Any, phases: Any, reason: str, identity: dict[str, str]) -> dict[str, Any]:
    """What a trial writes beside the bag; rows are name, label, value, unit, bound and comparison of each criterion."""
    keys = ("name", "label", "value", "unit", "bound", "comparison")
    criteria = [
        {**dict(zip(keys, row, strict=True)), "passed": row[2] >= row[4] if row[5] == ">=" else row[2] <= row[4]}
        for row in rows
    ]
    return {
        "passed": not reason,
        "reason": reason,
        "ended": "standing",
        "criteria": criteria,
        "identity": identity,
        "timeline": [
            {"phase": name, "start_s": start, "end_s": end, "result": "success", "detail": ""}
            for (name, start), (_, end) in zip(phases[:-1], phases[1:], strict=True)
        ],
        "figures": {"deadline_misses": 0.0, "simulated_time": phases[-1][1], "odometry_drift": 0.04},
    }
