"""The ground of a simulated world, and what stands on it."""
