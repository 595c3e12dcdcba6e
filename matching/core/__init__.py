"""Scoring of pairs: the standard library and NumPy only, no Django, no torch, no database."""
