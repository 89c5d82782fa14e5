"""People, props and fiducials of a simulated world."""
