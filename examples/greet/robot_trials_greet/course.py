"""A greeting's course: where the person stands and where the robot stands to greet them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from robot_trials.config.files.model import StrictModel
from robot_trials.config.site import CourseSpec, Mark, Stance, StanceSpec
from robot_trials.kinds.contract import LaidCourse

MARGIN = 1.5
"""The robot stays within this of the way between start and meeting point [m]."""
BLUE = (0.25, 0.40, 0.70, 1.0)


class PersonSpec(StrictModel):
    """Who is greeted: where they stand, and where the robot does then."""

    stance: StanceSpec
    robot_stance: StanceSpec


class GreetCourseSpec(CourseSpec):
    """A greeting's course file."""

    kind: Literal["greet"]
    person: PersonSpec


class GreetCourse(NamedTuple):
    """A greeting's course in the map frame.

    Attributes:
        start: where the robot begins and ends.
        meeting: where it stands to greet.
        person: where the person stands.
    """

    start: Stance
    meeting: Stance
    person: Stance

    @property
    def area(self) -> tuple[tuple[float, float], ...]:
        """Corners of where the robot stays: a rectangle around start and meeting point [m]."""
        xs, ys = zip(self.start[:2], self.meeting[:2], strict=True)
        low, high = (min(xs) - MARGIN, min(ys) - MARGIN), (max(xs) + MARGIN, max(ys) + MARGIN)
        return low, (high[0], low[1]), high, (low[0], high[1])


def resolve_greet_course(spec: GreetCourseSpec) -> LaidCourse:
    """Everything on the course's map."""
    course = GreetCourse(spec.start.resolve(), spec.person.robot_stance.resolve(), spec.person.stance.resolve())
    mark = Mark("meeting_point", course.meeting.x - 0.04, course.meeting.x + 0.04, BLUE)
    return LaidCourse(spec, course, (mark,))
