"""The demo campus: drawn things that were lost and found, with the truth beside them."""
