"""What the simulated robot does when told to walk, turn and stop, torch in hand; each test tries it in a copy."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.branches import try_in_branch
from robot_trials.config import load_trial_setup
from robot_trials.geometry import PlanarPose, compose_planar, invert_planar, pose_to_transform, transform_to_planar
from robot_trials.robots import SimOptions
from robot_trials.runtime.drill import Drill, DrillOptions
from robot_trials_control.controller import WholeBodyWalkingController
from robot_trials_control.walking.gait import Phase
from robot_trials_control.walking.phases import Walking

pytestmark = [pytest.mark.simulation, pytest.mark.relay]


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    """A robot that stands with the torch in its hand; to be changed in branches only."""
    made = Drill(load_trial_setup("torch_relay", seed=0, length=20.0), DrillOptions(sim=SimOptions(seed=0)))
    assert made.settle()
    yield made
    made.close()


@pytest.fixture(scope="module")
def fast(drill: Drill) -> Iterator[Drill]:
    """The same at full speed; made last, since it changes the drill."""
    drill.walk(1.05)
    assert drill.run(5.0)
    yield drill


def walking(drill: Drill) -> Walking:
    assert isinstance(drill.controller, WholeBodyWalkingController)
    return drill.controller.walking


def middle(drill: Drill, believed: bool) -> PlanarPose:
    """Pose between the soles, in odom as believed or in the world."""
    if believed:
        soles = [transform_to_planar(pose_to_transform(pose)) for pose in drill.sample.status.foot_pose]
    else:
        soles = [transform_to_planar(pose) for pose in drill.robot.sole_poses()]
    (ax, ay, first), (bx, by, second) = soles
    return 0.5 * (ax + bx), 0.5 * (ay + by), first + 0.5 * math.remainder(second - first, 2.0 * math.pi)


@pytest.mark.parametrize(
    ("velocity", "moved", "tolerance"),
    [
        ((0.0, 0.0, 0.4), (0.0, 0.0, 2.0), (0.15, 0.15, 0.3)),
        ((0.0, 0.0, -0.4), (0.0, 0.0, -2.0), (0.15, 0.15, 0.3)),
        ((0.0, 0.1, 0.0), (0.0, 0.45, 0.0), (0.12, 0.1, 0.1)),
        ((0.0, -0.1, 0.0), (0.0, -0.45, 0.0), (0.12, 0.1, 0.1)),
        ((-0.25, 0.0, 0.0), (-1.2, 0.0, 0.0), (0.2, 0.1, 0.1)),
    ],
    ids=["left turn", "right turn", "left", "right", "back"],
)
def test_in_place_sideways_and_back(
    drill: Drill, velocity: tuple[float, float, float], moved: PlanarPose, tolerance: PlanarPose
) -> None:
    def go() -> tuple[bool, PlanarPose, int]:
        start = middle(drill, believed=False)
        drill.walk(*velocity)
        stood = drill.run(5.6)
        way = compose_planar(invert_planar(start), middle(drill, believed=False))
        return stood, way, int(drill.sample.status.qp_failures)

    stood, way, failures = try_in_branch(go)
    assert stood and failures == 0
    assert np.all(np.abs(np.subtract(way, moved)) < tolerance), way


def test_a_curve_is_round(drill: Drill) -> None:
    """Speed over turn rate is the radius."""

    def go() -> tuple[PlanarPose, PlanarPose]:
        drill.walk(0.4, 0.0, 0.25)
        assert drill.run(2.5)
        start = middle(drill, believed=False)
        assert drill.run(4.0)
        return start, middle(drill, believed=False)

    start, end = try_in_branch(go)
    x, y, turn = compose_planar(invert_planar(start), end)
    assert turn == pytest.approx(1.0, abs=0.2)
    assert math.hypot(x, y) / (2.0 * math.sin(0.5 * turn)) == pytest.approx(1.6, rel=0.15)


@pytest.mark.parametrize(
    "target",
    [(1.0, 0.3, 0.5), (-0.3, 0.0, 0.0), (0.0, -0.3, 0.0), (0.2, 0.0, 1.0)],
    ids=["bend", "back", "right", "turn"],
)
def test_a_walk_begins_and_ends_at_exact_footholds(drill: Drill, target: PlanarPose) -> None:
    def go() -> tuple[float, PlanarPose]:
        drill.walk_to(*target, 0.6)
        drill.run(3.0, until=lambda _: walking(drill).phase is Phase.SINGLE)
        while walking(drill).phase is Phase.SINGLE:
            planned, side = walking(drill).gait.foothold[:2].copy(), 1 - walking(drill).stance_side
            assert drill.run(drill.period)
        first = float(np.linalg.norm(walking(drill).gait.pose[side, :2] - planned))
        assert drill.run(12.0, until=lambda sample: bool(sample.status.at_target))
        drill.run(0.3)
        return first, compose_planar(invert_planar(target), middle(drill, believed=True))

    first, (x, y, yaw) = try_in_branch(go)
    assert first < 0.015
    assert math.hypot(x, y) < 0.015 and abs(math.degrees(yaw)) < 1.5


@pytest.mark.parametrize("wait", [0.0, 0.1, 0.2, 0.3])
def test_from_full_speed_it_stops_within_two_steps(fast: Drill, wait: float) -> None:
    """The step under way is finished, two more are taken; the program has a solution at every tick."""

    def go() -> tuple[float, int, bool, bool, int]:
        fast.run(wait)
        speed = float(fast.sample.truth.base_linear_velocity[0])
        allowed = walking(fast).steps + 2 + (walking(fast).phase is Phase.SINGLE)
        fast.stand()
        stood = fast.run(2.5) and not fast.sample.status.walking
        still = float(np.linalg.norm(fast.sample.truth.base_linear_velocity)) < 0.03
        return speed, walking(fast).steps - allowed, stood, still, int(fast.sample.status.qp_failures)

    speed, more, stood, still, failures = try_in_branch(go)
    assert speed > 0.8
    assert stood and still and more <= 0 and failures == 0
