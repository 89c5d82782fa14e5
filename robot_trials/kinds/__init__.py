"""Kinds of trials: what a kind is (`contract`), how kinds are found (`registry`), what all of them use (`common`).

Every other folder here is one kind. Nothing outside its folder names it; see docs/add_a_trial.md.
"""
