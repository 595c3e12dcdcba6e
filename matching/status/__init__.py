"""How matching does: of one post, of the machine, and of the office."""
