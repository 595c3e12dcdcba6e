"""The one receiver of the project: a saved post or photograph asks for its matching."""
