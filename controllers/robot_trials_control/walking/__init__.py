"""Where and when the feet step, and how the body is led over them."""
