"""From references to torques: the quadratic program of the whole body, arms and drives."""
