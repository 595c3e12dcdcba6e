"""The worker's processes: task queue and search process, their supervisor, and liveness."""
