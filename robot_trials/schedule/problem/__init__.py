"""What is planned: trials, places, robots and marshals, and what binds them."""
