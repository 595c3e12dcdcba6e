"""Learning from what staff decided: fitting, the guard, and promotion of a new profile."""
