"""What the robot does: behaviour-tree leaves that read the trial's context and fill in the motion command."""
