"""What a measured load says about who holds the torch: the one rule for every leaf."""

from __future__ import annotations

from robot_trials.kinds.relay.context import RelayContext

EMPTY_MAX = 0.25
"""An empty hand feels no more than this; one that feels more has something in it, and stays shut [kg]."""
LOST_SHARE = 0.3
"""Below this part of the whole load the torch counts as lost."""
WALKING_DOUBT = 0.3
"""Steps shake the estimate, so that a smoothed load is known to this while walking [kg]."""


def whole_load(context: RelayContext) -> float:
    """The torch's mass as it was accepted; before that as it is announced [kg]."""
    return context.carried_mass or float(context.trial.payload.mass)


def compute_shared_bound(context: RelayContext) -> float:
    """Below this load somebody else bears a share of the torch [kg]."""
    return context.parameters.load_ratio * whole_load(context)


def compute_given_bound(context: RelayContext) -> float:
    """Below this load somebody else carries the torch [kg]."""
    return context.parameters.release_ratio * whole_load(context)


def may_hold(context: RelayContext) -> bool:
    """Whether the working hand holds something, or feels enough of a load that it must not open."""
    shut = float(context.command.hand_closed[context.hand]) > 0.0
    return context.holding or (shut and float(context.status.payload_mass) > compute_given_bound(context))


def is_lost(context: RelayContext, load: float) -> bool:
    """Whether so small a load [kg] says that the torch is no longer in the hand."""
    return load < LOST_SHARE * whole_load(context)


def find_change(context: RelayContext, load: float) -> str:
    """What is wrong with a smoothed load on the way, against the accepted one; empty if nothing is.

    Args:
        context: the trial's blackboard.
        load: [kg].
    """
    whole, change = whole_load(context), max(context.trial.payload.mass_tolerance, WALKING_DOUBT)
    if is_lost(context, load):
        return f"torch lost: load {load:.2f} kg must be ≥ {LOST_SHARE * whole:.2f} kg"
    if abs(load - whole) > change:
        return f"load changed from {whole:.2f} kg to {load:.2f} kg: must stay within {change:g} kg"
    return ""
