"""Benchmarks: what the project promises in numbers, one interface for all; see docs/benchmarks.md."""
