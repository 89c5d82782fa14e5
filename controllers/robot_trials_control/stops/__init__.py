"""How a robot comes to rest: squatting, falling, holding without sensors."""
