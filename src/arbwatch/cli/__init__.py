"""The commands, a file per group. Nothing here is imported before its command is asked for."""

from arbwatch.cli.main import main

__all__ = ["main"]
