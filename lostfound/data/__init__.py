"""The campus that ships with the project, and the reader of its files."""
