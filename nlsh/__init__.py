"""nlsh: a natural-language shell. Say what you want; it plans, confines, acts and can undo."""

__version__ = "0.4.0"
