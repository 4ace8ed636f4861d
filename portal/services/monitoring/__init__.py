"""How the portal itself is doing."""
