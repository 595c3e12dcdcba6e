"""The processes of the worker: queue, search process, their supervisor, and signs of life."""
