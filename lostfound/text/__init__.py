"""Words about things and devices, and those of libraries said anew."""
