"""Search for found things by words or a photograph.

A separate search process holds the encoder and the index. Web processes query it over a socket, and
fall back to exact words if it does not answer.
"""
