"""How long a relay takes at most, nested as its tree is."""

from __future__ import annotations

from robot_trials.kinds.common.longest import (
    REST_PATIENCE,
    in_turn,
    limit,
    limit_phase,
    tried_again,
    under_guard,
)
from robot_trials.kinds.relay.spec import RelayPhases

RETRACT_PATIENCE = 5.0
"""A hand that is not back by then stays where it is [s]."""
TAKE_BACK_TIME = 1.5
"""For the torch to be taken back after a hand-over that failed [s]."""


def find_longest(phases: RelayPhases) -> float:
    """Longest time from the start to the end of the safe end, with every attempt that the phases allow [s]."""
    retract = limit(RETRACT_PATIENCE)
    take_over = tried_again(
        in_turn(limit_phase(phases.reach), limit_phase(phases.take_over, retries=0)),
        retract,
        phases.take_over.retries,
    )
    hand_over = tried_again(
        in_turn(limit_phase(phases.reach_receiver), limit_phase(phases.hand_over, retries=0)),
        limit(TAKE_BACK_TIME),
        phases.hand_over.retries,
    )
    mission = in_turn(
        limit_phase(phases.preflight),
        limit_phase(phases.walk_to_start),
        limit_phase(phases.walk_to_giver),
        take_over,
        limit_phase(phases.carry),
        hand_over,
        limit_phase(phases.step_back),
        limit_phase(phases.stand),
    )
    return under_guard(mission, arms=in_turn(retract, limit(REST_PATIENCE)))
