"""What a source may raise: these two and nothing else."""


class DecodeError(Exception):
    """A message cannot be read; it costs that message only."""


class VenueError(Exception):
    """The venue said no, in words of its own; carries what and why."""
