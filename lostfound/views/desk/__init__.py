"""The office's pages for things, claims and hand-overs, on a phone or a tablet at the counter."""
