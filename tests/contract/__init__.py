"""The API as its schema promises it, asked from outside on a running site."""
