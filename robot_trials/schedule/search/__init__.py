"""How a plan is found, and how good it could be at best."""
