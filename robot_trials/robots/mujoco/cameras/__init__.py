"""What the head camera sees, and pictures for people."""
