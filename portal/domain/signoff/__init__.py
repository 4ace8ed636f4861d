"""The daily sign-off: who may take which step, what is frozen, and how that compares with what is found now."""
