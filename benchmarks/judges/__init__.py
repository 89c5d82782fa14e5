"""Judges of motion without a trial, on what only the simulator knows."""
