"""Serializers of the matching side of the API, one module per module of views."""
