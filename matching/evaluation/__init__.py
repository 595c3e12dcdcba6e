"""Offline evaluation: benchmark datasets, the simulator, rankings and their metrics."""
