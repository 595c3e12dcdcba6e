"""The small CLIP that ships with the project: drawn things, captions, training, measurement."""
