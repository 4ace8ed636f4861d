"""Result objects in, figure dictionaries out; one module for each family of pictures."""
