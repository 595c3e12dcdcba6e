"""Forms for posts, found things, the office's intake and preferences."""
