"""A relay's part of the report."""
