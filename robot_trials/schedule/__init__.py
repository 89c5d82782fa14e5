"""Which trial is held when, where, by which robot and with whom; see `docs/scheduling.md`."""

from robot_trials.schedule.problem.statement import (
    Assignment,
    Booking,
    Interval,
    Marshal,
    Option,
    Place,
    Plan,
    Problem,
    Refusal,
    RobotUnit,
    reward,
)

__all__ = [
    "Assignment",
    "Booking",
    "Interval",
    "Marshal",
    "Option",
    "Place",
    "Plan",
    "Problem",
    "Refusal",
    "RobotUnit",
    "reward",
]
