"""Several robots in one world."""
