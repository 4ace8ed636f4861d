"""How the pages of Overview react, and pinning from any page."""

from callbacks.overview import doing, pins

__all__ = ["doing", "pins"]
