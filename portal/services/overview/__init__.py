"""Overview: what an executive reads in thirty seconds, put together from the figures of all areas."""
