"""The ROS face of the project: the only folder that imports rclpy."""
