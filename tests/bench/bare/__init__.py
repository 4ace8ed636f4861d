"""The baseline of the browser benchmark: the same visuals in Dash as its tutorial writes them.

One callback for each page, figures by ``plotly.graph_objects``, plain HTML tables without sorting or export, data held
in memory as pandas frames (so that a view asks no database), no login, no styling, no passports: less work than the
portal does. Served by gunicorn with the portal's settings.
"""
