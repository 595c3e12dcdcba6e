"""Things at the police: reading the open data of the police (section 6 of the design)."""
