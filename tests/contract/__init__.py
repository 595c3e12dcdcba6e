"""The API as its schema promises it, tested from outside on a running site."""
