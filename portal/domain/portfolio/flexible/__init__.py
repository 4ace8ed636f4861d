"""Contracts whose holder decides as prices come: storage, swing, American options, power plants.

``storage_value`` and ``swing_value`` are the marks (exact for one factor); ``lsmc`` values the same contracts by
least-squares Monte Carlo for any number of factors, with a lower and an upper bound; ``tree`` and ``plant`` hold the
binomial tree and the mixed-integer plant. Theory and accuracy are said where the functions are.
"""
