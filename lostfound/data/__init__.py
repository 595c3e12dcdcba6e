"""The campus that ships with the project, and how its files are read."""
