"""A robot's URDF as an editable MuJoCo model with a floating base and named frames."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import mujoco
import numpy as np
import pinocchio as pin

from robot_trials.robots.mujoco.groups import COLLISION_GROUP, VISUAL_GROUP, ContactBits
from robot_trials.robots.profile import RobotProfile

ROOT_JOINT = "root_joint"
EXCLUDED_JOINT_DISTANCE = 3
"""Links this few joints apart are not tested for contact: ball-like hips, shoulders and wrists overlap by design."""


def make_robot_spec(profile: RobotProfile) -> mujoco.MjSpec:
    """Build the robot alone in an empty world.

    The base floats, each URDF frame the profile names (and the grips) is a site of the same name, each joint has one
    affine actuator of the same name, and rotor inertia and Coulomb friction are joint parameters.

    Raises:
        ValueError: MuJoCo cannot read the URDF.
    """
    path = profile.urdf_path
    spec = mujoco.MjSpec.from_string(_floating_urdf(path))
    spec.modelname = profile.name
    # Pinocchio's frames are the reference: every fixed frame becomes a site of the body that moves with it.
    model = pin.buildModelFromUrdf(str(path), pin.JointModelFreeFlyer())
    bodies = _bodies_by_joint(spec)
    _add_frame_sites(model, bodies)
    _set_joint_parameters(spec, profile)
    _set_geoms(spec, profile, bodies)
    _exclude_near_links(spec, model, bodies)
    return spec


def _floating_urdf(path: Path) -> str:
    """The URDF with a floating joint above its root, which MuJoCo would otherwise merge into the world."""
    root = ElementTree.parse(path).getroot()
    children = {str(child.get("link")) for child in root.iterfind("joint/child")}
    base = next(str(link.get("name")) for link in root.findall("link") if link.get("name") not in children)
    for link in list(root.findall("link")):
        if link.find("inertial") is None and link.find("visual") is None and link.find("collision") is None:
            root.remove(link)
    kept = {str(link.get("name")) for link in root.findall("link")}
    for joint in list(root.findall("joint")):
        child = joint.find("child")
        if child is not None and str(child.get("link")) not in kept:
            root.remove(joint)
    joints = root.findall("joint")
    for joint in joints:
        root.remove(joint)
    # MuJoCo numbers siblings in the file's order, Pinocchio by name
    root.extend(sorted(joints, key=lambda joint: str(joint.get("name"))))
    ElementTree.SubElement(root, "link", name="world")
    floating = ElementTree.SubElement(root, "joint", name=ROOT_JOINT, type="floating")
    ElementTree.SubElement(floating, "parent", link="world")
    ElementTree.SubElement(floating, "child", link=base)
    extension = ElementTree.SubElement(root, "mujoco")
    ElementTree.SubElement(
        extension, "compiler", discardvisual="false", strippath="false", fusestatic="true", meshdir=str(path.parent)
    )
    return ElementTree.tostring(root, encoding="unicode")


def _bodies_by_joint(spec: mujoco.MjSpec) -> dict[str, mujoco.MjsBody]:
    """Joint name → body that it moves."""
    return {joint.name: joint.parent for joint in spec.joints}


def _add_frame_sites(model: pin.Model, bodies: dict[str, mujoco.MjsBody]) -> None:
    for frame in model.frames:
        if frame.type != pin.FrameType.BODY or frame.parentJoint == 0:
            continue
        body = bodies[model.names[frame.parentJoint]]
        x, y, z, w = pin.Quaternion(frame.placement.rotation).coeffs()
        body.add_site(name=frame.name, pos=frame.placement.translation, quat=[w, x, y, z], group=5, size=[0.005] * 3)


def _set_joint_parameters(spec: mujoco.MjSpec, profile: RobotProfile) -> None:
    armature, friction = profile.armature_array, profile.friction_array
    for index, name in enumerate(profile.joint_names):
        joint = spec.joint(name)
        joint.armature = armature[index]
        joint.frictionloss = friction[index]
        joint.actfrclimited = mujoco.mjtLimited.mjLIMITED_FALSE  # the drives saturate, at the profile's limits
        actuator = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
        actuator.gaintype, actuator.biastype = mujoco.mjtGain.mjGAIN_FIXED, mujoco.mjtBias.mjBIAS_AFFINE
        actuator.gainprm = np.zeros_like(actuator.gainprm)
        actuator.forcelimited = mujoco.mjtLimited.mjLIMITED_TRUE
        limit = profile.torque_limit_array(profile.torque_limits.use.drives)[index]
        actuator.forcerange = [-limit, limit]


def _set_geoms(spec: mujoco.MjSpec, profile: RobotProfile, bodies: dict[str, mujoco.MjsBody]) -> None:
    feet = {spec.site(name).parent.name for name in profile.frames.feet}
    for geom in spec.geoms:
        if geom.contype == 0 and geom.conaffinity == 0:
            geom.group = VISUAL_GROUP
            continue
        if geom.type == mujoco.mjtGeom.mjGEOM_CYLINDER:  # capsules touch faster; inscribed, so never larger
            radius, half_length = geom.size[0], geom.size[1]
            geom.type = mujoco.mjtGeom.mjGEOM_CAPSULE
            geom.size = [radius, max(half_length - radius, 1e-3), 0.0]
        is_sole = geom.parent.name in feet
        geom.group = COLLISION_GROUP
        geom.contype = ContactBits.SOLE if is_sole else ContactBits.ROBOT
        geom.conaffinity = ContactBits.ROBOT | ContactBits.SOLE | ContactBits.FLOOR | ContactBits.PERSON
        geom.conaffinity |= ContactBits.PROP


def _exclude_near_links(spec: mujoco.MjSpec, model: pin.Model, bodies: dict[str, mujoco.MjsBody]) -> None:
    supports = [list(support) for support in model.supports]
    for first, second in combinations(range(1, model.njoints), 2):
        shared = len(set(supports[first]) & set(supports[second]))
        distance = len(supports[first]) + len(supports[second]) - 2 * shared
        if distance <= EXCLUDED_JOINT_DISTANCE:
            names = [bodies[model.names[joint]].name for joint in (first, second)]
            spec.add_exclude(bodyname1=names[0], bodyname2=names[1])
