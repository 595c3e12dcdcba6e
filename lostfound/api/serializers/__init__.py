"""Serializers of the people's side of the API, one module per module of views."""
