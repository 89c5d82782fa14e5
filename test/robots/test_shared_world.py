"""Several robots in one world: each in its own map as if alone, stepped together, and able to touch each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from robot_fixtures import relay_setup as trial_setup  # noqa: F401

from robot_trials.config.site import Site
from robot_trials.exceptions import ConfigError, RobotFault
from robot_trials.robots import Berth, Place, RobotProfile, SimOptions, open_robot, open_robots
from robot_trials.robots.mujoco.several.shared_robot import SharedRobot
from robot_trials.robots.props import PropSet
from robot_trials.robots.props.hanging import find_hanging_place
from robot_trials_control.records import RIGHT, Record, make_control_sample, make_robot_command

pytestmark = [pytest.mark.simulation, pytest.mark.relay]

Opener = Callable[..., list[SharedRobot]]
PLACES = (Place(), Place(1.0, -6.0, 0.4), Place(-3.0, 8.0, -2.5))
ALONE = {"camera": "off", "people": False, "prop": False}


@pytest.fixture
def open_at(profile: RobotProfile, site: Site, make_some_props: Callable[..., PropSet]) -> Iterator[Opener]:
    """Worlds with a robot at each of some places."""
    opened: list[SharedRobot] = []

    def open_all(
        places: Sequence[Place], here: Site = site, people: bool = True, prop: bool = True, **options: object
    ) -> list[SharedRobot]:
        berths = []
        for index, place in enumerate(places, 1):
            made = {"seed": index, "props": make_some_props(index, people, prop)} | options
            berths.append(Berth(f"kuavo_{index}", profile, here, SimOptions(**made), place))  # type: ignore[arg-type]
        robots = open_robots(berths)
        opened.extend(robots)
        return robots

    yield open_all
    for robot in opened:
        robot.close()


class Holding:
    """Robots that hold their nominal posture."""

    def __init__(self, robots: Sequence[SharedRobot], profile: RobotProfile) -> None:
        self.robots = robots
        self.samples = [make_control_sample(len(robot.joint_names)) for robot in robots]
        self.command = make_robot_command(len(profile.joint_names))
        self.command.position[:] = profile.nominal_array
        self.command.kp[:] = 10.0 * profile.torque_limit_array("urdf")
        self.command.kd[:] = 0.05 * self.command.kp

    def run(self, seconds: float) -> list[Record]:
        for _ in range(round(seconds / 0.002)):
            for robot, sample in zip(self.robots, self.samples, strict=True):
                robot.read_state(sample.state)
                robot.write_command(self.command, sample.torque_applied)
                robot.read_truth(sample.truth)
        return self.samples


def test_three_robots_stand_each_where_its_own_map_says(open_at: Opener, profile: RobotProfile, site: Site) -> None:
    robots = open_at(PLACES, camera="model")
    model, data = robots[0].world.model, robots[0].world.data
    assert all(model.body(f"kuavo_{index}/{name}").id > 0 for index in (1, 2, 3) for name in ("base_link", "torch"))
    assert sum(model.body(index).name.endswith("/base_link") for index in range(model.nbody)) == 3
    samples = Holding(robots, profile).run(1.0)
    weight = 57.305 * 9.81
    for robot, sample, place in zip(robots, samples, PLACES, strict=True):
        truth = sample.truth
        np.testing.assert_allclose(truth.base_position[:2], (site.start.x, site.start.y), atol=0.03)
        assert truth.base_position[2] > 0.8 and abs(truth.base_orientation_xyzw[2]) < 0.01
        assert truth.people_hold[0] and np.linalg.norm(truth.prop_pose[:3] - robot.props.held.position) < 0.05
        assert truth.ground_contacts == 0 and truth.unwanted_contacts == 0
        assert sample.state.foot_wrench[:, 2].sum() == pytest.approx(weight, rel=0.05)
        seen = {observation.tag_id for observation in robot.read_fiducials()}
        assert {1, 100} <= seen <= {tag.id for tag in site.fiducials}
        in_world = data.joint(f"{robot.name}/root_joint").qpos
        np.testing.assert_allclose(in_world[:3], place.to_world(truth.base_position), atol=1e-12)
        yaw = 2.0 * math.atan2(in_world[6], in_world[3])
        assert math.remainder(yaw - place.yaw, 2.0 * math.pi) == pytest.approx(0.0, abs=0.02)


def test_robot_in_a_turned_map_feels_what_one_alone_feels(
    open_at: Opener, profile: RobotProfile, site: Site, make_some_props: Callable[..., PropSet]
) -> None:
    alone = open_robot(profile, site, SimOptions(seed=1, camera="off", props=make_some_props(1)))
    beside = open_at([Place(2.0, 3.0, 2.2)], camera="off")[0]
    samples = [Holding([robot], profile).run(0.1)[0] for robot in (alone, beside)]  # type: ignore[list-item]
    alone.close()
    for group, bound in (("state", 2e-3), ("truth", 1e-3)):
        one, other = (getattr(sample, group) for sample in samples)
        for name in one.data.dtype.names:
            scale = 500.0 if "wrench" in name or "torque" in name else 1.0
            np.testing.assert_allclose(getattr(other, name), getattr(one, name), atol=scale * bound, err_msg=name)


def test_what_a_far_robot_does_changes_nothing_for_another(open_at: Opener, profile: RobotProfile) -> None:
    """To 1e-10: whether the solver begins with its last solution is decided for all contacts of the world at once."""
    traces = []
    for force in (0.0, 400.0):
        robots = open_at((Place(), Place(0.0, 20.0)), **ALONE)
        robots[1].push(np.array([force, 0.0, 0.0]), 0.1)
        Holding(robots, profile).run(0.3)
        traces.append([robot.data.qpos.copy() for robot in robots])
    (first, second), (other_first, other_second) = traces
    np.testing.assert_allclose(other_first, first, rtol=0.0, atol=1e-10)
    assert np.abs(other_second - second).max() > 1e-3


def test_robots_driven_into_each_other_touch_and_both_know(open_at: Opener, profile: RobotProfile, site: Site) -> None:
    here = site._replace(start=site.start._replace(x=0.0))
    robots = open_at((Place(), Place(0.9, 0.0, math.pi)), here, **ALONE)
    holding = Holding(robots, profile)
    for sample in holding.run(0.1):
        assert sample.truth.unwanted_contacts == 0
    for robot in robots:
        robot.push(np.array([300.0, 0.0, 0.0]), 0.6)  # forward, each in its own map
    touched = [0, 0]
    for _ in range(20):
        samples = holding.run(0.05)
        touched = [
            max(most, int(sample.truth.unwanted_contacts)) for most, sample in zip(touched, samples, strict=True)
        ]
    assert min(touched) > 0
    names = {name.split("/")[0] for name in _find_touching_bodies(robots[0])}
    assert {"kuavo_1", "kuavo_2"} <= names


def test_robot_that_falls_falls_alone(open_at: Opener, profile: RobotProfile) -> None:
    robots = open_at((Place(), Place(0.0, 3.0)), **ALONE)
    holding = Holding(robots, profile)
    robots[1].push(np.array([500.0, 0.0, 0.0]), 0.4)
    first, second = holding.run(2.0)
    assert second.truth.ground_contacts > 0 and second.truth.base_position[2] < 0.5
    assert first.truth.ground_contacts == 0 and first.truth.base_position[2] > 0.8


def _find_touching_bodies(robot: SharedRobot) -> set[str]:
    model, contacts = robot.world.model, robot.world.data.contact.geom
    return {model.body(int(model.geom_bodyid[geom])).name for geom in contacts.ravel()}


def test_a_prop_hangs_and_is_put_into_a_hand_where_the_turned_map_says(
    open_at: Opener, profile: RobotProfile, site: Site
) -> None:
    robot = open_at([Place(4.0, -2.0, 1.0)], **(ALONE | {"prop": True}))[0]
    holding = Holding([robot], profile)
    place = find_hanging_place(site)
    truth = holding.run(0.1)[0].truth
    np.testing.assert_allclose(truth.prop_pose[:3], place, atol=1e-4)
    robot.put_prop_in_hand(RIGHT)
    holding.command.hand_closed[RIGHT] = 1.0
    truth = holding.run(0.2)[0].truth
    assert truth.robot_holds
    hand = robot.data.site(profile.frames.hands[RIGHT]).xpos
    np.testing.assert_allclose(truth.prop_pose[:3], hand, atol=0.02)


def test_nobody_runs_ahead_and_a_closed_robot_holds_nobody_up(open_at: Opener, profile: RobotProfile) -> None:
    first, second = open_at(PLACES[:2], **ALONE)
    state = make_control_sample(28).state
    first.read_state(state)
    with pytest.raises(RobotFault, match="has not read its state .*kuavo_2"):
        first.read_state(state)
    second.close()
    for _ in range(3):
        first.read_state(state)
    assert state.time_ns == 4 * first.control_period_ns
    with pytest.raises(RobotFault, match="closed"):
        second.read_state(state)


def test_names_must_differ(profile: RobotProfile, site: Site) -> None:
    with pytest.raises(ConfigError, match="name: kuavo, kuavo: must be unique in one world"):
        open_robots([Berth("kuavo", profile, site)] * 2)


def test_place_goes_to_and_fro() -> None:
    place, point = Place(1.0, -2.0, 2.3), np.array([3.0, 0.5, 0.8])
    np.testing.assert_allclose(place.to_map(place.to_world(point)), point, atol=1e-12)
    np.testing.assert_allclose(Place(1.0, 2.0, math.pi / 2).to_world(np.array([1.0, 0.0, 0.5])), [1.0, 3.0, 0.5])
