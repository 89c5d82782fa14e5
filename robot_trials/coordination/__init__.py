"""Which planned trial starts when, on which robot, and what becomes of it; no ROS."""
