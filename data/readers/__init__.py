"""Reading files of other people: what a file is, how it is written, and every row of it that cannot be trusted.

Nothing here knows the database. The way of a file is :func:`data.readers.source.open_source` (what it is),
:mod:`data.readers.plan` (how it is laid out and written; two possible readings are refused here) and
:mod:`data.readers.observe` (its rows as arrays, batch by batch, with the bad rows beside them).
"""
