"""What people need to decide about a pair: its queue, its comparison, and its score in words.

The admin and the API show it; nothing here writes.
"""
