"""Overview: sentences in words that are made from figures, and the metrics that no other area has."""
