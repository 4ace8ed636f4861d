"""Pure functions: values in, Dash tree or figure out. No services, no queries, no Flask."""

from portal import VERSION

# Dash reads these to serve the script of our own component.
__version__ = VERSION
_js_dist = [{"relative_package_path": "markup.js", "namespace": "components"}]
