"""The admin of the matching app."""
