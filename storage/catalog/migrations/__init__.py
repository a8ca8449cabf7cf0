"""Schema changes, forward only, in order of their number."""
