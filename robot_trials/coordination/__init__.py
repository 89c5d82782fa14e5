"""Which planned trial starts when, on which robot, and what becomes of it; no ROS."""

from robot_trials.coordination.clauses import Clause, GateCheck, GateLimit, RobotCheck, StartCheck
from robot_trials.coordination.coordinator import Coordinator
from robot_trials.coordination.dispatcher import Dispatcher, GoalState, Report
from robot_trials.coordination.following import FollowTimes
from robot_trials.coordination.replanning import NewPlan, Placement, Replan, Situation
from robot_trials.coordination.states import TransitionError

__all__ = [
    "Clause",
    "Coordinator",
    "Dispatcher",
    "FollowTimes",
    "GateCheck",
    "GateLimit",
    "GoalState",
    "NewPlan",
    "Placement",
    "Replan",
    "Report",
    "RobotCheck",
    "Situation",
    "StartCheck",
    "TransitionError",
]
