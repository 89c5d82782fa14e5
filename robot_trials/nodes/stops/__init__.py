"""Who asks for a stop, and who has fallen silent."""
