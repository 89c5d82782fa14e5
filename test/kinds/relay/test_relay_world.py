"""What a relay's world draws: today's worlds stay what they were, and every number can be fixed by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.config.world import Uniform
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.relay.props.draw import RelayDraw, draw_relay
from robot_trials.kinds.relay.props.make import make_props
from robot_trials.kinds.relay.props.rotations import matrix_from_rotation_vector
from robot_trials.kinds.relay.world import PeopleWorld, RelayWorld
from robot_trials.robots.mujoco import rotations
from robot_trials.robots.props import HangingProp, PropSet

ANNOUNCED = 1.6


def draw(seed: int, **world: object) -> RelayDraw:
    return draw_relay(RelayWorld.model_validate(world), seed, ANNOUNCED)


def make(*overrides: str, people: bool = True) -> PropSet:
    setup = load_trial_setup("torch_relay", length=5.0, overrides=overrides)
    return make_props(setup, people=people)


def test_a_seed_gives_the_torch_and_grips_that_it_always_gave() -> None:
    """Recorded when all of it was drawn from one stream with the floor: nobody's figures may move."""
    drawn = draw(1)
    assert drawn.torch_mass == 1.7441483828242994
    np.testing.assert_allclose(drawn.grip_offsets[0], [-0.03558404, 0.04486494, -0.01881685], atol=5e-9)
    np.testing.assert_allclose(drawn.grip_tilts[1], [0.01331202, -0.05942363, 0.10066162], atol=5e-9)
    generator = np.random.default_rng(7)
    generator.uniform(0.4, 1.0)
    assert draw(7).torch_mass == 1.6 * (1.0 + generator.uniform(-0.1, 0.1))
    np.testing.assert_array_equal(draw(7).grip_offsets, 0.05 * generator.uniform(-1.0, 1.0, (2, 3)))
    np.testing.assert_array_equal(draw(7).grip_tilts, 0.1745 * generator.uniform(-1.0, 1.0, (2, 3)))


def test_draws_stay_within_their_bounds() -> None:
    draws = [draw(seed) for seed in range(200)]
    mass = np.array([each.torch_mass for each in draws])
    assert 1.44 <= mass.min() < 1.46 and 1.74 < mass.max() <= 1.76
    assert 0.049 < max(np.abs(each.grip_offsets).max() for each in draws) <= 0.05
    assert max(np.degrees(np.abs(each.grip_tilts).max()) for each in draws) == pytest.approx(10.0, abs=0.2)


def test_fixing_one_number_leaves_the_others() -> None:
    free, fixed = draw(4), draw(4, torch_mass=2.4, people={"release_share": {"uniform": [0.2, 0.5]}})
    assert fixed.torch_mass == 2.4 and 0.2 <= fixed.behaviour.release_share <= 0.5
    np.testing.assert_array_equal(fixed.grip_offsets, free.grip_offsets)
    assert replace(fixed.behaviour, release_share=0.4) == free.behaviour


def test_people_differ_from_seed_to_seed_where_they_are_drawn() -> None:
    world = RelayWorld(people=PeopleWorld(side_force=Uniform(uniform=(8.0, 16.0))))
    forces = {draw_relay(world, seed, ANNOUNCED).behaviour.strength.side for seed in range(20)}
    assert len(forces) == 20 and min(forces) >= 8.0 and max(forces) <= 16.0


def test_people_expect_what_was_announced_and_the_torch_weighs_what_it_does() -> None:
    props = make("trial.payload.mass=1.2", "world.torch_mass=2.0")
    drawn = {each.name: each.value for each in props.drawn}
    assert props.held is not None and props.held.mass == drawn["torch_mass"] == 2.0
    assert drawn["people.expected_mass"] == 1.2
    told = make("world.people.expected_mass=1.0")
    assert {each.name: each.value for each in told.drawn}["people.expected_mass"] == 1.0


def test_the_centre_of_mass_can_lie_elsewhere() -> None:
    props = make("world.torch_com_along=0.05", "world.torch_com_across=-0.01", people=False)
    assert props.held is not None and props.held.com == pytest.approx((-0.01, 0.0, 0.15))
    assert props.figures == () and props.people == ()


def test_without_people_the_torch_hangs_beside_the_robot(make_robot) -> None:  # noqa: ANN001
    robot = make_robot(seed=2, people=False, prop=True)
    assert isinstance(robot.actors, HangingProp) and robot.has_hanging_prop


@pytest.mark.parametrize("seed", range(5))
def test_rotations_are_the_simulators_own(seed: int) -> None:
    vector = np.random.default_rng(seed).uniform(-0.3, 0.3, 3)
    np.testing.assert_array_equal(matrix_from_rotation_vector(vector), rotations.matrix_from_rotation_vector(vector))
    np.testing.assert_array_equal(matrix_from_rotation_vector(np.zeros(3)), np.eye(3))


def test_a_trial_fixes_the_true_mass_whatever_it_announces() -> None:
    setup = load_trial_setup(
        "torch_relay", length=5.0, overrides=["world.torch_mass=2.4", "world.people.release_share=0.2"]
    )
    assert setup.trial.payload.mass == 1.6 and setup.trial.world.torch_mass == 2.4
    props = setup.kind.make_props(setup)
    assert props.held.mass == 2.4
    same = load_trial_setup("torch_relay", length=5.0)
    assert same.kind.make_props(same).held.mass == pytest.approx(1.6, rel=0.1)
    assert setup.configuration_hash != same.configuration_hash


def test_a_drawn_mass_is_the_same_for_the_same_seed() -> None:
    bell = "world.torch_mass={normal: {mean: 2.0, deviation: 0.2, min: 1.5, max: 2.5}}"
    setups = [load_trial_setup("torch_relay", length=5.0, seed=seed, overrides=[bell]) for seed in (3, 3, 4)]
    first, again, other = (setup.kind.make_props(setup).held.mass for setup in setups)
    assert first == again != other and 1.5 <= min(first, other)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("world.torch_mas=2.4", r"world.torch_mas: unknown key; did you mean 'torch_mass'\?"),
        ("world.torch_mass=90", "world.torch_mass: 90: must lie in 0.05…20, draws 90"),
        ("world.torch_mass={uniform: [1.0, 30.0]}", "world.torch_mass: must lie in 0.05…20, draws 1…30"),
        ("world.torch_mass=heavy", "world.torch_mass: heavy: must be a number"),
        ("world.torch_mass={uniform: [1.0]}", "world.torch_mass.uniform.1: required key is missing"),
        ("world.people.release_share=2", "world.people.release_share: 2: must lie in 0…1"),
        ("world=2", "must read trial.KEY=VALUE, site.KEY=VALUE, course.KEY=VALUE or world.KEY=VALUE"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_key(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_trial_setup("torch_relay", overrides=[override])
