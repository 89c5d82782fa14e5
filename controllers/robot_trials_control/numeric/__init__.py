"""Compiled functions and rotations that every part of the controller uses."""
