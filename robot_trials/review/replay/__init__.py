"""What the report's 3D replay shows."""
