"""Cases of the stop bench in which the robot moves: alone in a drill, and beside people in a relay."""
