"""A load added to the model in place equals a model rebuilt with it; taking it away restores the robot."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import make_reference_model, random_state

from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.model import RobotModel

TOLERANCE = 1e-9
LOAD_COM = np.array((0.02, -0.01, 0.15))


def rebuilt_model(model: RobotModel, side: int, mass: float, com: np.ndarray) -> pin.Model:
    """The robot from its URDF with a point mass as a body of its own, fixed to the grip frame."""
    reference = make_reference_model(model.parameters)
    grip = reference.frames[reference.getFrameId(model.parameters.grip_frames[side])]
    load = pin.Inertia(mass, com, np.zeros((3, 3)))
    reference.appendBodyToJoint(grip.parentJoint, load, grip.placement)
    return reference


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("mass", [0.05, 1.6, 5.0])
def test_equals_a_rebuilt_model(model: RobotModel, side: int, mass: float) -> None:
    model.set_payload(side, mass, LOAD_COM)
    reference = rebuilt_model(model, side, mass, LOAD_COM)
    data = reference.createData()
    assert model.mass == pytest.approx(pin.computeTotalMass(reference), abs=TOLERANCE)
    generator = np.random.default_rng(int(100 * mass) + side)
    for _ in range(3):
        q, v = random_state(model, generator)
        a = generator.standard_normal(model.nv)
        model.update(q, v)
        expected = np.triu(pin.crba(reference, data, q))
        np.testing.assert_allclose(np.triu(model.mass_matrix), expected, atol=TOLERANCE)
        np.testing.assert_allclose(model.com, pin.centerOfMass(reference, data, q), atol=TOLERANCE)
        torque = pin.rnea(reference, data, q, v, a)
        np.testing.assert_allclose(model.mass_matrix @ a + model.bias, torque, atol=TOLERANCE)


def test_removing_restores_exactly(model: RobotModel) -> None:
    before = [inertia.toDynamicParameters() for inertia in model.model.inertias]
    for mass in np.linspace(0.1, 3.0, 50):
        model.set_payload(RIGHT, mass, mass * LOAD_COM)
    model.set_payload(LEFT, 1.0, LOAD_COM)
    model.set_payload(RIGHT, 0.0, LOAD_COM)
    model.set_payload(LEFT, 0.0, LOAD_COM)
    for old, inertia in zip(before, model.model.inertias, strict=True):
        np.testing.assert_array_equal(inertia.toDynamicParameters(), old)
    assert model.mass == pytest.approx(model.own_mass, abs=1e-12)


def test_a_load_replaces_the_one_before_in_the_same_hand(model: RobotModel) -> None:
    model.set_payload(RIGHT, 3.0, -LOAD_COM)
    model.set_payload(RIGHT, 1.6, LOAD_COM)
    reference = rebuilt_model(model, RIGHT, 1.6, LOAD_COM)
    joint = model.model.frames[model.grip_ids[RIGHT]].parentJoint
    np.testing.assert_allclose(
        model.model.inertias[joint].toDynamicParameters(),
        reference.inertias[joint].toDynamicParameters(),
        atol=TOLERANCE,
    )
    assert model.mass == pytest.approx(model.own_mass + 1.6, abs=TOLERANCE)


def test_both_hands_can_be_loaded(model: RobotModel) -> None:
    q, v = random_state(model, np.random.default_rng(8))
    model.set_payload(LEFT, 1.0, LOAD_COM)
    model.set_payload(RIGHT, 2.0, LOAD_COM)
    model.update(q, v)
    loads = [grip.position + grip.rotation @ LOAD_COM for grip in model.grips]
    own = RobotModel(model.parameters)
    own.update(q, v)
    expected = (own.own_mass * own.com + 1.0 * loads[0] + 2.0 * loads[1]) / (own.own_mass + 3.0)
    np.testing.assert_allclose(model.com, expected, atol=TOLERANCE)


def test_a_load_leaves_another_model_alone(model: RobotModel) -> None:
    other = RobotModel(model.parameters)
    model.set_payload(RIGHT, 1.6, LOAD_COM)
    assert pin.computeTotalMass(other.model) == pytest.approx(other.own_mass, abs=1e-12)
