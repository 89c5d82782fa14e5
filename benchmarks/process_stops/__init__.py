"""What becomes of a robot, its evidence and its processes when something around it dies, is forged, or is cut off."""
