"""What the project measures of itself, side by side with what a user would take instead."""

import os

# One thread for every library, before any of them is loaded: what is compared is compared alike.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lostfound.settings")
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
