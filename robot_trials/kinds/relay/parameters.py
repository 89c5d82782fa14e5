"""Times and shares of the relay's behaviours, with the reason for each; what depends on a body is its manner."""

from __future__ import annotations

from dataclasses import dataclass

from robot_trials.kinds.common.parameters import Parameters


@dataclass(frozen=True)
class RelayParameters(Parameters):
    """Numbers of the torch relay: of what passes between hands, not of the robot, the site or the trial.

    Attributes:
        offer_standoff: the robot stops this much short of the receiver, so that walking never brings the torch within
            the receiver's grasp: reaching does [m].
        grasp_patience: a hand that is in place but not aligned will not be, after this time [s].
        lift_speed: raising and lowering the torch between two hands; the force on a person grows with it [m/s].
        lift_height: how far the hand is raised at most before the load must be felt [m].
        lower_height: how far the torch is lowered into the receiver's hand at most [m].
        grip_sightings: observations of the torch in the hand on which its rotation there must rest.
        upright_time_constant: time in which a tilt that stays is taken out on the way; steps shake faster [s].
        upright_correction_max: turn of the hand against such a tilt at most [rad].
        load_ratio: part of the whole mass that counts as the torch being carried.
        release_ratio: part of the carried mass below which the receiver carries.
        load_time: a load must rest for this long; a giver's hand takes some 0.4 s to let go [s].
        offer_time: torch held still in front of the receiver before it is lowered [s].
        freeze_distance: nearer than this to the receiver's hand the torch no longer follows it, for it may hold [m].
        remembered_age: as `seen_age` for the receiver's hand, which the robot's own arm hides at the end [s].
    """

    offer_standoff: float = 0.06
    grasp_patience: float = 3.0
    lift_speed: float = 0.015
    lift_height: float = 0.06
    lower_height: float = 0.06
    grip_sightings: int = 6
    upright_time_constant: float = 1.0
    upright_correction_max: float = 0.10
    load_ratio: float = 0.7
    release_ratio: float = 0.35
    load_time: float = 0.8
    offer_time: float = 1.0
    freeze_distance: float = 0.06
    remembered_age: float = 12.0
