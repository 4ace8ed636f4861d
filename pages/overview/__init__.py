"""Overview: thirty seconds for an executive, and what people put together for themselves and others."""

from pages.overview import board, boards, discussions, home, own_home, packs, shared_board, sign_off

__all__ = ["board", "boards", "discussions", "home", "own_home", "packs", "shared_board", "sign_off"]
