"""Packs: pages as files, made for one reader at one pair of clocks, by hand or by schedule."""
