"""A programme's checks and plans."""
