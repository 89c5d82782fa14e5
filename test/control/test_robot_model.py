"""The rigid-body model: kinematics against finite differences, dynamics against Pinocchio's own, its errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pinocchio as pin
import pytest
from control_bench import make_reference_model, random_state
from derivatives import check_derivative, check_jacobian

from robot_trials_control.exceptions import ModelError
from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.robot.parameters import RobotParameters


def frames_of(model: RobotModel) -> list[int]:
    return [*model.foot_ids, *model.grip_ids]


def states_of(model: RobotModel) -> list:
    return [*model.feet, *model.grips]


def placements(model: RobotModel, q: np.ndarray) -> list[pin.SE3]:
    """Poses of soles and grips by Pinocchio alone."""
    data = model.model.createData()
    pin.framesForwardKinematics(model.model, data, q)
    return [pin.SE3(data.oMf[frame]) for frame in frames_of(model)]


def world_velocities(model: RobotModel, q: np.ndarray, v: np.ndarray) -> list[np.ndarray]:
    """Velocities of soles and grips, world axes, by Pinocchio alone."""
    data = model.model.createData()
    pin.forwardKinematics(model.model, data, q, v)
    pin.updateFramePlacements(model.model, data)
    return [pin.getFrameVelocity(model.model, data, f, pin.LOCAL_WORLD_ALIGNED).vector for f in frames_of(model)]


@pytest.mark.parametrize("seed", range(5))
def test_jacobians_against_finite_differences(model: RobotModel, seed: int) -> None:
    q, v = random_state(model, np.random.default_rng(seed))
    model.update(q, v)
    here = [(state.rotation.copy(), state.position.copy()) for state in states_of(model)]

    def motions(change: np.ndarray) -> np.ndarray:
        """Of soles and grips in their own axes, when the configuration changes by so much."""
        moved = placements(model, pin.integrate(model.model, q, change))
        pairs = zip(here, moved, strict=True)
        return np.concatenate([[*r.T @ (m.translation - p), *pin.log3(r.T @ m.rotation)] for (r, p), m in pairs])

    check_jacobian(motions, np.concatenate([state.jacobian for state in states_of(model)]))


@pytest.mark.parametrize("seed", range(5))
def test_drift_against_finite_differences(model: RobotModel, seed: int) -> None:
    """J̇v is the acceleration in space while the generalised velocity stays constant."""
    q, v = random_state(model, np.random.default_rng(10 + seed))
    model.update(q, v)
    turned = [np.kron(np.eye(2), state.rotation.T) for state in states_of(model)]

    def velocities(time: float) -> np.ndarray:
        later = world_velocities(model, pin.integrate(model.model, q, time * v), v)
        return np.array([turn @ velocity for turn, velocity in zip(turned, later, strict=True)])

    check_derivative(velocities, np.array([state.drift for state in states_of(model)]), step=3e-3)


@pytest.mark.parametrize("seed", range(5))
def test_mass_matrix_and_bias_give_pinocchios_inverse_dynamics(model: RobotModel, seed: int) -> None:
    generator = np.random.default_rng(20 + seed)
    q, v = random_state(model, generator)
    a = generator.standard_normal(model.nv)
    model.update(q, v)
    reference = make_reference_model(model.parameters)
    expected = pin.rnea(reference, reference.createData(), q, v, a)
    np.testing.assert_allclose(model.mass_matrix @ a + model.bias, expected, atol=1e-9)
    np.testing.assert_allclose(model.mass_matrix, model.mass_matrix.T, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_bias_at_rest_is_the_slope_of_the_weight(model: RobotModel, seed: int) -> None:
    """∂(m g c_z)/∂q for every generalised velocity."""
    q, _ = random_state(model, np.random.default_rng(50 + seed))
    model.update(q, np.zeros(model.nv))
    data, weight = model.model.createData(), model.mass * GRAVITY

    def height(change: np.ndarray) -> np.ndarray:
        return weight * pin.centerOfMass(model.model, data, pin.integrate(model.model, q, change))[2:]

    check_jacobian(height, model.bias[None])


@pytest.mark.parametrize("seed", range(3))
def test_energy_grows_by_the_power_of_the_forces(model: RobotModel, seed: int) -> None:
    """d/dt (½ vᵀ M v + m g c_z) = vᵀ (M a + h): mass matrix and bias fit together, rotors included."""
    generator = np.random.default_rng(60 + seed)
    q, v = random_state(model, generator)
    a = 3.0 * generator.standard_normal(model.nv)
    model.update(q, v)
    power = v @ (model.mass_matrix @ a + model.bias)

    def energy(time: float) -> float:
        later = v + time * a
        model.update(pin.integrate(model.model, q, time * v + 0.5 * time**2 * a), later)
        return 0.5 * later @ model.mass_matrix @ later + model.mass * GRAVITY * model.com[2]

    check_derivative(energy, power, step=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_centre_of_mass_and_angular_momentum(model: RobotModel, seed: int) -> None:
    q, v = random_state(model, np.random.default_rng(30 + seed))
    model.update(q, v)
    data = model.model.createData()
    np.testing.assert_allclose(model.com, pin.centerOfMass(model.model, data, q), atol=1e-12)
    check_derivative(
        lambda time: pin.centerOfMass(model.model, data, pin.integrate(model.model, q, time * v)), model.com_velocity
    )
    momentum = pin.computeCentroidalMomentum(model.model, data, q, v)
    np.testing.assert_allclose(model.angular_momentum, momentum.angular, atol=1e-10)


def test_views_follow_every_update(model: RobotModel) -> None:
    """Nothing may stay behind from the states before."""
    generator = np.random.default_rng(40)
    for _ in range(3):
        q, v = random_state(model, generator)
        model.update(q, v)
    fresh = RobotModel(model.parameters)
    fresh.update(q, v)
    for name in ("mass_matrix", "bias", "com", "com_velocity", "angular_momentum", "base_rotation"):
        np.testing.assert_allclose(getattr(model, name), getattr(fresh, name), rtol=0, atol=1e-12, err_msg=name)
    for mine, other in zip(states_of(model), states_of(fresh), strict=True):
        for name in ("position", "rotation", "jacobian", "drift"):
            np.testing.assert_allclose(getattr(mine, name), getattr(other, name), rtol=0, atol=1e-12, err_msg=name)


def test_arms_and_legs_are_told_apart(model: RobotModel) -> None:
    names = np.array(model.joint_names)
    assert [n for i, n in enumerate(names) if model.moves_a_foot(i)] == [n for n in names if n.startswith("leg_")]
    assert list(names[model.arm_joints(LEFT)]) == [f"zarm_l{i}_joint" for i in range(1, 8)]
    assert list(names[model.arm_joints(RIGHT)]) == [f"zarm_r{i}_joint" for i in range(1, 8)]


def test_sole_reach_ends_where_the_ankle_gives_in(model: RobotModel) -> None:
    """The normal force at the reach's end, times its lever, is the ankle's torque limit or the sole's edge."""
    reach = model.sole_reach(0.008, 0.98)
    weight = model.own_mass * GRAVITY
    assert (reach.x_max - reach.ankle) * weight == pytest.approx(0.98 * 36.0)
    assert reach.y_max == pytest.approx(0.0955 / 2 - 0.008)
    assert reach.x_min >= -(0.122 - 0.008)


def test_missing_description_is_named(parameters: RobotParameters, tmp_path: Path) -> None:
    file = tmp_path / "nothing.urdf"
    with pytest.raises(ModelError, match=f"not found: {file}"):
        RobotModel(replace(parameters, urdf=file))


@pytest.mark.parametrize(
    "change",
    [
        {"foot_frames": ("l_sole", "no_such_frame")},
        {"grip_frames": ("no_such_frame", "r_grip")},
        {"imu_frame": "no_such_frame"},
        {"camera_frame": "no_such_frame"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_missing_frame_is_named_with_its_file(parameters: RobotParameters, change: dict) -> None:
    with pytest.raises(ModelError, match=r"kuavo\.urdf: no frame named 'no_such_frame'"):
        RobotModel(replace(parameters, **change))


@pytest.mark.parametrize("name", ["torque_limits", "armature", "friction"])
@pytest.mark.parametrize("shape", [(27,), (28, 1), (0,)])
def test_wrong_shape_is_named_with_what_the_robot_has(
    parameters: RobotParameters, name: str, shape: tuple[int, ...]
) -> None:
    with pytest.raises(ModelError) as caught:
        RobotModel(replace(parameters, **{name: np.ones(shape)}))
    assert f"{name} has shape {shape}, the robot has 28 joints" in str(caught.value)
    assert "kuavo.urdf" in str(caught.value)


def test_unknown_posture_joints_are_named(parameters: RobotParameters) -> None:
    posture = {**parameters.nominal_posture, "tail_joint": 0.1, "fin_joint": 0.2}
    with pytest.raises(ModelError, match=r"kuavo\.urdf: no joint named fin_joint, tail_joint \(in nominal_posture\)"):
        RobotModel(replace(parameters, nominal_posture=posture))


def test_a_force_on_a_foot_is_a_share_of_a_light_robots_weight(model: RobotModel) -> None:
    assert model.limit_force(200.0, 0.36) == 200.0, "a robot of 57 kg"
    model.own_mass = 20.0
    assert model.limit_force(200.0, 0.36) == pytest.approx(0.36 * 20.0 * 9.81)
