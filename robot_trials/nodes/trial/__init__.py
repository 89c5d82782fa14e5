"""A goal from its acceptance to its evidence."""
