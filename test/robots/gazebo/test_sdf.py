"""One description, three forms: URDF as Pinocchio reads it, MuJoCo's model, and the SDF that Gazebo loads."""

import mujoco
import numpy as np
import pinocchio as pin
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.robots import SimOptions, load_profile
from robot_trials.robots.gazebo.sdf import find_names, write_world
from robot_trials.robots.mujoco.world import make_worlds

pytestmark = pytest.mark.relay


@pytest.fixture(scope="module")
def profile():
    return load_profile(load_trial_setup("torch_relay").robot_file)


@pytest.fixture(scope="module")
def options():
    setup = load_trial_setup("torch_relay", seed=3)
    return SimOptions(seed=3, props=setup.kind.make_props(setup))


@pytest.fixture(scope="module")
def conditions(options):
    return options.draw_conditions()


@pytest.fixture(scope="module")
def worlds(profile, options, conditions):
    return make_worlds(profile, load_trial_setup("torch_relay").site, options, conditions)


@pytest.fixture(scope="module")
def limits(profile):
    return profile.torque_limit_array(profile.torque_limits.use.drives)


@pytest.fixture(scope="module")
def world(worlds, profile, limits):
    model, looks = worlds
    return write_world(model, looks, find_names(model, profile), limits).find("world")


@pytest.fixture(scope="module")
def reference(profile):
    return pin.buildModelFromUrdf(str(profile.urdf_path), pin.JointModelFreeFlyer())


@pytest.fixture(scope="module")
def robot(world, profile):
    return world.find(f"model[@name='{profile.name}']")


def numbers(element, path):
    return np.array(element.find(path).text.split(), dtype=float)


def child_of(robot, joint):
    return robot.find(f"link[@name='{robot.find(f'joint[@name={joint!r}]/child').text}']")


def inertia_of(link):
    """Mass, centre of mass and inertia about it, in the link's frame."""
    matrix = np.zeros((3, 3))
    for (row, column), name in zip(
        zip(*np.triu_indices(3), strict=True), ("ixx", "ixy", "ixz", "iyy", "iyz", "izz"), strict=True
    ):
        matrix[row, column] = matrix[column, row] = numbers(link, f"inertial/inertia/{name}")[0]
    return numbers(link, "inertial/mass")[0], numbers(link, "inertial/pose")[:3], matrix


def rotation_of(pose):
    return pin.rpy.rpyToMatrix(*pose[3:])


def test_links_weigh_and_turn_as_in_pinocchio(robot, reference, profile):
    for name, armature in zip(profile.joint_names, profile.armature_array, strict=True):
        mass, com, inertia = inertia_of(child_of(robot, name))
        axis = numbers(robot, f"joint[@name='{name}']/axis/xyz")
        expected = reference.inertias[reference.getJointId(name)]
        assert mass == pytest.approx(expected.mass, rel=1e-9)
        np.testing.assert_allclose(com, expected.lever, atol=1e-9)
        rotor = armature * np.outer(axis, axis)  # neither engine of Gazebo knows rotors: they lie in the link
        np.testing.assert_allclose(inertia - rotor, expected.inertia, atol=1e-8)


def test_all_three_forms_weigh_the_same(robot, worlds, reference):
    total = sum(inertia_of(link)[0] for link in robot.findall("link"))
    base = worlds[0].jnt_bodyid[0]
    assert total == pytest.approx(pin.computeTotalMass(reference), rel=1e-9)
    assert total == pytest.approx(worlds[0].body_subtreemass[base], rel=1e-9)


def test_centres_of_mass_agree_at_zero(robot, worlds, reference):
    data, state = reference.createData(), mujoco.MjData(worlds[0])
    q = pin.neutral(reference)
    expected = pin.centerOfMass(reference, data, q)
    weighed = np.zeros(3)
    for link in robot.findall("link"):
        mass, com, _ = inertia_of(link)
        pose = numbers(link, "pose")
        weighed += mass * (pose[:3] + rotation_of(pose) @ com)
    np.testing.assert_allclose(weighed / pin.computeTotalMass(reference), expected, atol=1e-8)
    state.qpos[:] = worlds[0].qpos0
    state.qpos[:7] = (0, 0, 0, 1, 0, 0, 0)
    mujoco.mj_kinematics(worlds[0], state)
    mujoco.mj_comPos(worlds[0], state)
    np.testing.assert_allclose(state.subtree_com[worlds[0].jnt_bodyid[0]], expected, atol=1e-8)


def test_joints_lie_and_end_where_they_do_in_pinocchio(robot, reference, profile, limits):
    data = reference.createData()
    pin.forwardKinematics(reference, data, pin.neutral(reference))
    for index, name in enumerate(profile.joint_names):
        joint = reference.getJointId(name)
        pose = numbers(child_of(robot, name), "pose")
        np.testing.assert_allclose(pose[:3], data.oMi[joint].translation, atol=1e-9)
        np.testing.assert_allclose(rotation_of(pose), data.oMi[joint].rotation, atol=1e-9)
        axis = robot.find(f"joint[@name='{name}']/axis")
        row = reference.joints[joint].idx_q
        assert numbers(axis, "limit/lower")[0] == pytest.approx(reference.lowerPositionLimit[row])
        assert numbers(axis, "limit/upper")[0] == pytest.approx(reference.upperPositionLimit[row])
        assert numbers(axis, "limit/effort")[0] == pytest.approx(limits[index])
        assert numbers(axis, "dynamics/friction")[0] == pytest.approx(profile.friction_array[index])


def test_soles_are_the_boxes_of_the_urdf(robot, reference, profile):
    shapes = pin.buildGeomFromUrdf(reference, str(profile.urdf_path), pin.GeometryType.COLLISION)
    for name in ("l_sole_contact", "r_sole_contact"):
        sole = robot.find(f".//collision[@name='{name}']")
        ankle = child_of(robot, f"leg_{name[0]}6_joint")
        expected = next(
            shape
            for shape in shapes.geometryObjects
            if shape.parentJoint == reference.getJointId(f"leg_{name[0]}6_joint")
        )
        assert sole in ankle.findall("collision")
        np.testing.assert_allclose(numbers(sole, "geometry/box/size"), 2.0 * expected.geometry.halfSide)
        np.testing.assert_allclose(numbers(sole, "pose")[:3], expected.placement.translation, atol=1e-9)


def test_what_the_seed_drew_is_in_the_world(world, options, conditions):
    torch = world.find("model[@name='torch']/link")
    assert inertia_of(torch)[0] == pytest.approx(options.props.held.mass)
    frictions = {
        numbers(slab, ".//mu")[0] for slab in world.findall("model/link/collision") if "slab" in slab.get("name")
    }
    assert list(frictions) == [pytest.approx(conditions.friction)]


def test_the_ground_decides_about_friction(robot, conditions):
    assert all(numbers(each, ".//mu")[0] > 10.0 * conditions.friction for each in robot.iter("collision"))
