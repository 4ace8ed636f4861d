"""Everything that knows Flask and flask-login: sessions, the guard, exports, errors, health."""
