"""Whole-body control of a humanoid on Pinocchio, free of ROS, simulators and files."""
