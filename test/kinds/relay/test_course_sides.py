"""A course is written for one hand; for the other one its people stand on the lane's other side."""

from __future__ import annotations

import numpy as np
import pytest
from relay_bench import load_setup

from robot_trials.config import load_trial_setup
from robot_trials.kinds.relay.props import make_props

LEFT = "trial.payload.hand=left"


@pytest.mark.parametrize("person", ["giver", "receiver"])
def test_people_of_a_left_handed_relay_are_mirrored(person: str) -> None:
    right = getattr(load_setup((), None).course, person)
    left = getattr(load_setup((LEFT,), None).course, person)
    assert (right.side, right.arm, left.side, left.arm) == ("right", "right", "left", "left")
    assert tuple(left.stance) == pytest.approx((right.stance.x, -right.stance.y, -right.stance.yaw))
    assert tuple(left.robot_stance) == pytest.approx(tuple(right.robot_stance)), "on the lane's middle"
    assert left.grip == pytest.approx(right.grip * (1.0, -1.0, 1.0))


def test_tags_and_boards_are_mirrored_with_people_and_torch() -> None:
    moved = ("course.fiducials.tags.0.position=[0.13, 0.04, 1.30]", "course.fiducials.tags.0.facing_yaw_deg=20.0")
    right = {tag.id: tag for tag in load_trial_setup("torch_relay", length=6.0, overrides=moved).site.fiducials}
    left = {tag.id: tag for tag in load_trial_setup("torch_relay", length=6.0, overrides=(*moved, LEFT)).site.fiducials}
    assert right.keys() == left.keys()
    flip = np.diag((1.0, -1.0, 1.0))
    for name, tag in right.items():
        other = left[name].transform_mount_tag
        assert other[:3, 3] == pytest.approx(flip @ tag.transform_mount_tag[:3, 3])
        assert other[:3, 2] == pytest.approx(flip @ tag.transform_mount_tag[:3, 2]), "the face"
    assert left[1].transform_mount_tag[1, 3] == pytest.approx(-0.04)


def test_a_course_that_is_written_for_the_left_hand_stays_as_it_is() -> None:
    written = (
        *("course.giver.stance.y=0.9", "course.giver.stance.yaw_deg=-150.0", "course.giver.grip=[0.42, 0.3, 1.0]"),
        *(
            "course.receiver.stance.y=0.9",
            "course.receiver.stance.yaw_deg=-150.0",
            "course.receiver.grip=[0.92, 0.3, 1.0]",
        ),
    )
    course = load_trial_setup("torch_relay", length=6.0, overrides=(*written, LEFT)).course
    shipped = load_setup((LEFT,), None).course
    assert course.giver.grip == pytest.approx(shipped.giver.grip)
    assert tuple(course.receiver.stance) == pytest.approx(tuple(shipped.receiver.stance))


def test_people_of_a_simulated_world_use_the_arm_that_is_near() -> None:
    for hand, sets in (("right", ()), ("left", (LEFT,))):
        props = make_props(load_setup(sets, None))
        assert [figure.arm for figure in props.figures] == [hand, hand]
        assert np.sign(props.figures[0].stance.y) == (1.0 if hand == "left" else -1.0)
