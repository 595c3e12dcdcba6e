"""Photographs: decoded, checked and stored."""
