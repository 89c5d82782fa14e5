"""ROS 2's wire format, from plain values and back."""
