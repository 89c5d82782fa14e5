"""What a relay adds to a simulated world: torch, giver and receiver."""

from robot_trials.kinds.relay.props.make import make_props

__all__ = ["make_props"]
