"""How the market pages react."""
