"""Robots and controllers in their control process."""
