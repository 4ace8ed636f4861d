"""How the pages of Forecast react: their bodies, grids and inputs."""
