"""Everything that staff need to decide a pair: the queue, the comparison, the score in words.

The admin and the API show it; must not write.
"""
