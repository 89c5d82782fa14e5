"""Lends the tests of this folder a Gazebo."""

from __future__ import annotations

from gazebo_setup import gazebo

__all__ = ["gazebo"]
