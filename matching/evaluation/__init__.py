"""Proof: the benchmark dataset, the simulator, rankings and their metrics."""
