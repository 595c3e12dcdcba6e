"""Benchmarks of the project, compared with what a user would use instead."""

import os

# One thread for every library, set before any of them is loaded, so that comparisons are fair.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
