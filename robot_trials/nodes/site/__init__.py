"""A coordinator's services, and its links to the robots."""
