"""Watch the same asset on many crypto markets at once and say where it is cheap and where it is dear."""

__version__ = "0.1.0"
