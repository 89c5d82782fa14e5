"""What runs a trial: one process, the ROS 2 nodes, a fleet."""
