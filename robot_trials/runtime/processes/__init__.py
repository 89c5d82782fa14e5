"""Processes that belong together: their start, their signs of life, their end."""
