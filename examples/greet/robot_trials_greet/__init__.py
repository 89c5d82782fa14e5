"""A kind of trial in a package of its own: greet a person."""
