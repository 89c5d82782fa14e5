"""Public-space trials of humanoid robots: schedule, run, record, review."""
