"""How pages react: one module for each page at the same path, and the generic ones of the shell, bodies and grids."""

from callbacks import body, grid, passport, shell

__all__ = ["body", "grid", "passport", "shell"]
