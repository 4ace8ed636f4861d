"""How the monitoring pages react."""
