"""Where things are, from the head camera: fiducials, the robot's place on the site, people and what they hold."""
