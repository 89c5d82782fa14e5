"""What a trial came to, with every number and its bound."""
