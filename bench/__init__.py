"""What the project measures of itself, side by side with what a user would take instead."""
