"""Configuration files: found, read, checked against models, hashed."""
