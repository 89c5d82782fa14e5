"""A made-up torch relay: smooth curves instead of physics, in a real bag with the real robot description."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from walk_recording import RATE, SPEED, START, MadeUpEvent, make_verdict, make_walk, write_bag

from robot_trials.config import find_config, load_trial_setup
from robot_trials.robots.profile import load_profile
from robot_trials.telemetry import TrialIdentity
from robot_trials.telemetry.site_description import describe_site

TORCH_WEIGHT = 1.6 * 9.81


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
    time = np.arange(int(schedule.start("") * RATE)) / RATE
    x = -3.0 + np.clip((time - 1.0) / 4.0, 0, 1) * 3.0 + np.clip((time - 9.0) * SPEED, 0, schedule.length + 0.5)
    samples = make_walk(time, x, joint_names, posture)
    samples["state"]["joint_position"][:, joint_names.index("zarm_r1_joint")] -= 0.2 * (time >= 7.0)
    held = (time >= 8.0) & (time < schedule.start("hand_over") + 1.5)
    status = samples["status"]
    status["payload_mass"] = np.where(held, 1.58 + 0.03 * np.sin(time), 0.02 * np.sin(time))
    status["payload_mass_applied"] = np.where(held, 1.58, 0.0)
    _fill_torch(samples["truth"], schedule, time, held)
    return samples


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


def record_relay(folder: Path, length: float = 5.0) -> Path:
    """Record the trial into `folder`/bag and write `folder`/verdict.json; returns the bag's folder."""
    schedule = Schedule(length)
    profile_file = find_config("robots", "kuavo")
    profile = load_profile(profile_file)
    samples = make_samples(schedule, tuple(profile.joint_names), profile.nominal_array)
    events = [MadeUpEvent(7_900_000_000, "info", "take_over", "load felt", {"mass_kg": 1.58})]
    site = load_relay_site(length)
    write_bag(folder, samples, make_identity(profile_file), site, schedule.phases, events, pictures=False)
    rows = [
        ("distance", "Distance with the torch", schedule.length + 0.4, "m", schedule.length, ">="),
        ("mean_speed", "Mean walking speed", SPEED, "m/s", 0.7, ">="),
        ("torch_tilt_p99_deg", "Torch tilt, 99th percentile", 2.3, "deg", 5.0, "<="),
        ("torch_tilt_max_deg", "Torch tilt, largest", 2.4, "deg", 10.0, "<="),
        ("giver_force_max", "Force on the giver beyond weight", 4.0, "N", 20.0, "<="),
        ("receiver_force_max", "Force on the receiver beyond weight", 6.0, "N", 20.0, "<="),
        ("lateral_offset_max", "Off the lane's middle, largest", 0.03, "m", 0.3, "<="),
    ]
    verdict = make_verdict(rows, schedule.phases, "", identity={"trial": "torch_relay", "robot": "kuavo", "seed": "0"})
    (folder / "verdict.json").write_text(json.dumps(verdict), encoding="utf-8")
    return folder / "bag"
