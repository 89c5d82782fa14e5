"""Watching that everything a robot relies on is still alive."""
