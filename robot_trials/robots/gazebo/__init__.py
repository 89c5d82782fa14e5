"""A robot in Gazebo: its world as SDF, the link to its plugin, and the process that runs it."""
