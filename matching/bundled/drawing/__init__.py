"""The world of the bundled model: things, as drawings and captions."""
