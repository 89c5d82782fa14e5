"""Distances, speeds and times of the relay's behaviours, with the reason for each."""

from __future__ import annotations

from dataclasses import dataclass

from robot_trials.kinds.common.parameters import Parameters

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class RelayParameters(Parameters):
    """Numbers of the torch relay that are the robot's manner rather than the site's or the trial's.

    Attributes:
        carry_position: torch grip in the heading frame while carried: elbow well bent, clear of the body [m].
        offer_standoff: the robot stops this much short of the receiver, so that walking never brings the torch within
            the receiver's grasp: reaching does [m].
        ready_position: grip in the heading frame on the way up from the body [m].
        ready_pitch: fingers point this far down there: low and flat together are beyond the wrist's range [rad].
        pregrasp_offset: from the grip back along the fingers, so that the hand arrives along its own fingers [m].
        tilt_max: hand follows a torch's tilt up to this; the grasp bears the rest [rad].
        misfit_max: a torch tilted so far that the rest would be more than this is followed further [rad].
        grasp_distance: hand to grip when the hand shuts; the grasp itself closes within 0.03 m [m].
        grasp_angle: hand axis to the torch's when the hand shuts; the grasp itself closes within 15° [rad].
        grasp_patience: a hand that is in place but not aligned will not be, after this time [s].
        lift_speed: raising and lowering the torch between two hands; the force on a person grows with it [m/s].
        lift_height: how far the hand is raised at most before the load must be felt [m].
        lower_height: how far the torch is lowered into the receiver's hand at most [m].
        tare_time: empty hand held still while the payload estimator learns its bias: longer than a standing body
            heaves [s].
        close_time: shutting or opening the hand [s].
        grip_sightings: observations of the torch in the hand on which its rotation there must rest.
        upright_time_constant: time in which a tilt that stays is taken out on the way; steps shake faster [s].
        upright_correction_max: turn of the hand against such a tilt at most [rad].
        load_ratio: part of the announced mass that counts as the torch being carried.
        release_ratio: part of the carried mass below which the receiver carries.
        load_time: a load must be seen for this long [s].
        offer_time: torch held still in front of the receiver before it is lowered [s].
        freeze_distance: nearer than this to the receiver's hand the torch no longer follows it, for it may hold [m].
        remembered_age: the same for the receiver's hand, which the robot's own arm hides at the end [s].
    """

    carry_position: Vector = (0.36, -0.30, 1.0)
    offer_standoff: float = 0.06
    ready_position: Vector = (0.28, -0.30, 0.92)
    ready_pitch: float = 0.5
    pregrasp_offset: Vector = (-0.08, 0.0, 0.0)
    tilt_max: float = 0.14
    misfit_max: float = 0.16
    grasp_distance: float = 0.015
    grasp_angle: float = 0.22
    grasp_patience: float = 3.0
    lift_speed: float = 0.015
    lift_height: float = 0.06
    lower_height: float = 0.06
    tare_time: float = 2.0
    close_time: float = 0.5
    grip_sightings: int = 6
    upright_time_constant: float = 1.0
    upright_correction_max: float = 0.10
    load_ratio: float = 0.7
    release_ratio: float = 0.35
    load_time: float = 0.8
    offer_time: float = 1.0
    freeze_distance: float = 0.06
    remembered_age: float = 12.0
