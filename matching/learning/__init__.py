"""Learning from staff decisions: fitting, the guard, and promotion of a new profile."""
