"""What a source may raise: these two and nothing else."""


class DecodeError(Exception):
    """A message cannot be read; it costs that message only."""


class VenueError(Exception):
    """The venue said no, in words of its own; carries what and why."""

    def __init__(self, words: str, *, throttled: bool = False) -> None:
        super().__init__(words)
        self.throttled = throttled
        """It was asked too often, and says so in a body that HTTP calls good."""
