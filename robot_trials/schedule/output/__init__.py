"""A plan as page, calendar and tables."""
