"""The command line ``enerscope``: the same services as the web, through another door."""
