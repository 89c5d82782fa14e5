"""How a person drives the robot while no trial runs."""
