"""Discussions of figures: what people say about a number, kept with the number, its portfolio and its clocks."""
