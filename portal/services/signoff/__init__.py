"""The daily sign-off of portfolios and the adjustments beside their figures."""
