"""Which trial is held when, where, by which robot and with whom; see `docs/scheduling.md`."""
