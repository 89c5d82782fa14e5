"""Leaves of a mission that every kind may use."""
