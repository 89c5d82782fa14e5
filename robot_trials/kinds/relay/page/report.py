"""What a relay's report shows beyond that of any trial: torch, people's forces, the lane, and both people at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from robot_trials.kinds.common.curves import read_velocity
from robot_trials.kinds.relay.judge.holding import Scale, compute_excess_force, find_robot_alone
from robot_trials.kinds.relay.page.scene import make_relay_scene
from robot_trials.kinds.reporting import Judgement, KindReport, Plot, Tile
from robot_trials.robots.fall import compute_tilt

if TYPE_CHECKING:
    from robot_trials.kinds.scene import Scene
    from robot_trials.telemetry import Bag

TRUTH = "/ground_truth/state"
TRUE_ODOMETRY = "/ground_truth/odom"
PEOPLE = ("giver", "receiver")


class RelayReport(KindReport):
    """A relay's words, numbers, plots and scene."""

    phases: ClassVar[Mapping[str, str]] = {
        "walk_to_giver": "Walk to the giver",
        "reach": "Reach for the torch",
        "take_over": "Take over",
        "reach_receiver": "Reach the receiver",
    }
    tiles: ClassVar[Sequence[Tile]] = (
        Tile("distance", "Distance with the torch", "m", 1),
        Tile("mean_speed", "Mean walking speed", "m/s", 2),
        Tile("torch_tilt_max_deg", "Largest torch tilt", "deg", 1),
        Tile("torque_ratio_max", "Largest torque use", "of limit", 2),
    )

    def recognises(self, site: Mapping[str, Any]) -> bool:
        """Recordings that name no kind tell of a lane with two people."""
        return {"lane", *PEOPLE} <= site.keys()

    def make_plots(self, bag: Bag, verdict: Judgement, common: Mapping[str, Plot]) -> Sequence[Plot]:
        """The torch's tilt, forces on people and the way along the lane stand among what every trial has."""
        own = {
            "tilt": _tilt(bag, verdict, common.get("tilt")),
            "forces": _forces(bag, verdict),
            "margin": common.get("margin"),
            "speed": _speed(bag, verdict, common.get("speed")),
            "torque": common.get("torque"),
            "payload": common.get("payload"),
            "lateral": _lateral(bag, verdict),
        }
        plots = {**own, **{key: plot for key, plot in common.items() if key not in own}}
        return [plot for plot in plots.values() if plot is not None]

    def make_scene(self, bag: Bag, site: Mapping[str, Any], moments: np.ndarray) -> Scene:
        """The lane with its zones, giver, receiver and torch."""
        return make_relay_scene(bag.columns(TRUTH), bag.times(TRUTH), site, moments)


def _tilt(bag: Bag, verdict: Judgement, trunk: Plot | None) -> Plot | None:
    """Torch and trunk against the vertical."""
    if trunk is None:
        return None
    truth = bag.columns(TRUTH)
    curves = trunk.curves
    if truth and len(truth["prop_pose"]) == len(trunk.times):
        tilt = np.degrees(compute_tilt(truth["prop_pose"][:, 3:]))
        curves = {"torch": np.where(find_robot_alone(truth), tilt, np.nan), **curves}
    bounds = {"99 % of the time": verdict.bound("torch_tilt_p99_deg"), "at most": verdict.bound("torch_tilt_max_deg")}
    note = "Angle to the vertical; the torch while only the robot holds it. Judged from its first step until a stop."
    return replace(trunk, note=note, curves=curves, bounds=bounds)


def _forces(bag: Bag, verdict: Judgement) -> Plot | None:
    """What people feel beyond the torch's weight."""
    truth = bag.columns(TRUTH)
    if not truth or not np.isfinite(truth["people_force"]).any():
        return None
    scale = Scale()
    scale.add(truth)
    weight = scale.weight_or(verdict.figure("load_announced") or 0.0)
    curves = {
        person: compute_excess_force(truth["people_force"][:, index], weight) for index, person in enumerate(PEOPLE)
    }
    bounds = {"at most": verdict.bound("giver_force_max")}
    note = "Force on a person's hand that the torch's own weight does not explain."
    return Plot("forces", "Force on people", note, "N", bag.times(TRUTH), curves, bounds)


def _speed(bag: Bag, verdict: Judgement, over_ground: Plot | None) -> Plot | None:
    """Along the lane, forwards."""
    if over_ground is None:
        return None
    curves = {}
    for label, topic in (("true", TRUE_ODOMETRY), ("estimated", "/odom")):
        velocity = read_velocity(bag, topic, over_ground.times)
        if velocity is not None:
            curves[label] = velocity[:, 0]
    bounds = {"mean, at least": verdict.bound("mean_speed")}
    return replace(over_ground, note="Along the lane, averaged over one second.", curves=curves, bounds=bounds)


def _lateral(bag: Bag, verdict: Judgement) -> Plot | None:
    """Distance from the lane's middle."""
    truth = bag.columns(TRUE_ODOMETRY)
    if not truth or not np.isfinite(truth["pose.pose.position"]).any():
        return None
    bound = verdict.bound("lateral_offset_max")
    bounds: dict[str, float | None] = {}
    if bound is not None:
        bounds = {"left, at most": bound, "right, at most": -bound}
    curves = {"true": truth["pose.pose.position"][:, 1]}
    note = "Robot's distance from the middle of the lane; left is positive."
    return Plot("lateral", "Off the lane's middle", note, "m", bag.times(TRUE_ODOMETRY), curves, bounds)
