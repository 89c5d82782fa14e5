"""The control loop and what connects it to other processes."""
