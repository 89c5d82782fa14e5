"""What the robot knows of itself: base, feet, carried load, from its sensors."""
