"""Scoring of pairs. Imports the standard library and NumPy only: no Django, torch or database."""
