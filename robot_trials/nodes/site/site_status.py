"""Status of a site as a message."""

from __future__ import annotations

import math
from typing import Any

from builtin_interfaces.msg import Time

from robot_trials.coordination.status import SiteView
from robot_trials.nodes.common.stamps import NANOSECONDS, to_stamp
from robot_trials.nodes.site.robot_link import make_uuid
from robot_trials_msgs.msg import BookingStatus, LeaseStatus, PermitStatus, RobotStatus, SiteStatus


def seconds_to_stamp(seconds: float | None) -> Time:
    """Seconds since 1970 as a message; None as 0."""
    return to_stamp(round((seconds or 0.0) * NANOSECONDS))


def make_status(view: SiteView, site: str, now: float, fault: str) -> SiteStatus:
    """A site's view as a message.

    Args:
        view: from the records.
        site: its name.
        now: [s since 1970].
        fault: why nothing can be dispatched; empty when all is well.
    """
    return SiteStatus(
        stamp=seconds_to_stamp(now),
        site=site,
        held=view.held,
        fault=fault,
        bookings=[_make_booking(booking) for booking in view.bookings],
        robots=[_make_robot(robot) for robot in view.robots],
        leases=[
            LeaseStatus(
                zone=lease.zone, booking=lease.booking, robot=lease.robot, taken=seconds_to_stamp(lease.taken_at)
            )
            for lease in view.leases
        ],
        permits=[
            PermitStatus(number=permit.number, state=permit.state.value, operated_by=permit.operator)
            for permit in view.permits
        ],
    )


def _make_booking(booking: Any) -> BookingStatus:
    message = BookingStatus(
        name=booking.name,
        title=booking.title,
        robot=booking.robot,
        place=booking.place,
        state=booking.state.value,
        held=booking.held,
        reason=booking.reason,
        start=seconds_to_stamp(booking.planned_start),
        end=seconds_to_stamp(booking.planned_end),
        latest_start=seconds_to_stamp(booking.latest_start),
    )
    if booking.goal_id:
        message.goal_id = make_uuid(booking.goal_id)
    return message


def _make_robot(robot: Any) -> RobotStatus:
    return RobotStatus(
        name=robot.name,
        in_service=robot.in_service,
        why=robot.why,
        battery=math.nan if robot.battery is None else robot.battery,
        last_heard=seconds_to_stamp(robot.last_heard),
    )
