"""How the pages of Risk react: their bodies, grids and inputs."""
