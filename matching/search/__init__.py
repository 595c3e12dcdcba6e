"""Answers what people search for by words or a photograph.

A process of its own holds the encoder and the index; web processes only ask it, over a socket, and
go on with exact words where nobody answers.
"""
