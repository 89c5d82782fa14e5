"""Trials: the logic of one from preflight to standing, the judge, and the hosts that run it."""
