"""The JavaScript libraries that have no equal in Python, in an engine that comes as a wheel."""
