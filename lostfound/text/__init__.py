"""Texts: notifications, colour names, device names, and overrides of library translations."""
