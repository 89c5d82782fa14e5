"""The default robot rebuilt with a waist joint, other words for left and right, and joints in another order."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from robot_trials.robots import RobotProfile, load_profile

CHECKOUT = Path(__file__).parents[2]
WAIST = "a_waist_joint"
"""Its name puts it, and with it arms and head, before the legs in every joint array."""
UPPER_SHARE = 0.6
"""Of the base's mass that the waist turns."""
WORDS = (("leg_l", "left_leg_"), ("leg_r", "right_leg_"), ("zarm_l", "left_arm_"), ("zarm_r", "right_arm_"))
KEYS = (("leg_<s>", "<s>_leg_"), ("zarm_<s>", "<s>_arm_"))
FRAMES = [
    (f"{old}_{what}", f"{new}_{what}") for old, new in (("l", "left"), ("r", "right")) for what in ("sole", "grip")
]


def make_waisted_robot(folder: Path) -> RobotProfile:
    """Write the robot's URDF and profile into a folder, and load the profile."""
    urdf = (CHECKOUT / "sim/kuavo/kuavo.urdf").read_text(encoding="utf-8")
    (folder / "waisted.urdf").write_text(_add_waist(_rename(urdf, WORDS)), encoding="utf-8")
    text = _rename((CHECKOUT / "config/robots/kuavo.yaml").read_text(encoding="utf-8"), (*KEYS, *WORDS))
    text = text.replace("../../sim/kuavo/kuavo.urdf", "waisted.urdf").replace("name: kuavo", "name: waisted")
    text = text.replace("sides: [l, r]", "sides: [left, right]")
    text = re.sub(r"^( +)(zhead_1_joint: (?:1.5|0.01).*)$", rf"\1{WAIST}: 100\n\1\2", text, flags=re.MULTILINE)
    text = re.sub(rf"(armature:.*?{WAIST}: )100", r"\g<1>0.03", text, flags=re.DOTALL)
    file = folder / "waisted.yaml"
    file.write_text(text, encoding="utf-8")
    return load_profile(file)


def _rename(text: str, words: tuple[tuple[str, str], ...]) -> str:
    for old, new in words:
        text = text.replace(old, new)
    for old, new in FRAMES:
        text = re.sub(rf"\b{old}\b", new, text)
        text = text.replace(f"{old}_fixed", f"{new}_fixed")
    return text


def _add_waist(urdf: str) -> str:
    """The URDF with a turning torso between the base and arms and head, which takes a share of the base's mass."""
    root = ElementTree.fromstring(urdf)
    base = root.find("link[@name='base_link']")
    torso = ElementTree.SubElement(root, "link", name="torso_link")
    inertial = base.find("inertial")
    torso.append(ElementTree.fromstring(ElementTree.tostring(inertial)))
    for link, share in ((base, 1.0 - UPPER_SHARE), (torso, UPPER_SHARE)):
        mass, inertia = link.find("inertial/mass"), link.find("inertial/inertia")
        mass.set("value", repr(share * float(mass.get("value"))))
        for axis in ("ixx", "iyy", "izz"):
            inertia.set(axis, repr(share * float(inertia.get(axis))))
    waist = ElementTree.SubElement(root, "joint", name=WAIST, type="revolute")
    ElementTree.SubElement(waist, "parent", link="base_link")
    ElementTree.SubElement(waist, "child", link="torso_link")
    ElementTree.SubElement(waist, "origin", xyz="0 0 0", rpy="0 0 0")
    ElementTree.SubElement(waist, "axis", xyz="0 0 1")
    ElementTree.SubElement(waist, "limit", lower="-2.0", upper="2.0", effort="100", velocity="8")
    for joint in root.findall("joint"):
        if re.match(r"(left|right)_arm_1|zhead_1", joint.get("name")):
            joint.find("parent").set("link", "torso_link")
    return ElementTree.tostring(root, encoding="unicode")
