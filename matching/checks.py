"""System checks of the matching settings."""
