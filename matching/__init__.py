"""Matching of lost and found posts; imports lostfound and is never imported by it."""
