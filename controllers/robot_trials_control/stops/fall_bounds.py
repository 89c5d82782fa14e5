"""What counts as a fall: the bounds that the controller's own estimate and the judges of the truth share."""

FALL_TILT_DEG = 45.0
"""Tilt of the base beyond which a robot has fallen [deg]."""
FALL_HEIGHT_SHARE = 0.6
"""Share of the base's height at the start, above the ground where it stands, below which a robot has fallen."""
