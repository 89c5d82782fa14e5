"""Robots of a site: in service or not, charge, when last heard."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from robot_trials.records.errors import RefusedError
from robot_trials.records.models import Robot


def add_robots(session: Session, names: Sequence[str], at: float) -> None:
    """Add the robots that are not there yet, in service."""
    for name in names:
        if session.get(Robot, name) is None:
            session.add(Robot(name=name, since=at))


def find_robot(session: Session, name: str) -> Robot:
    """A robot by name.

    Raises:
        RefusedError: there is none.
    """
    robot = session.get(Robot, name)
    if robot is None:
        known = ", ".join(session.scalars(select(Robot.name).order_by(Robot.name))) or "none"
        raise RefusedError(f"robot {name}: is not known; known are: {known}")
    return robot


def list_robots(session: Session) -> Sequence[Robot]:
    """All robots by name."""
    return session.scalars(select(Robot).order_by(Robot.name)).all()


def set_service(session: Session, name: str, in_service: bool, who: str, why: str, at: float) -> bool:
    """Put a robot in service or take it out; whether that changed anything.

    Raises:
        RefusedError: no such robot, or nobody says who acts and why.
    """
    robot = find_robot(session, name)
    if not who.strip() or not (why.strip() or in_service):
        raise RefusedError(f"robot {name}: who and why: must be said")
    if robot.in_service == in_service:
        return False
    robot.in_service, robot.who, robot.why, robot.since = in_service, who, why, at
    return True
