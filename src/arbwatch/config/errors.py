"""Errors that end a command: each is one sentence for the user and the exit code of the program."""

from typing import ClassVar


class ArbwatchError(Exception):
    """Something went wrong that the user is told in one sentence."""

    exit_code: ClassVar[int] = 1


class WrongUseError(ArbwatchError):
    """A command was given something it cannot work with."""

    exit_code = 2


class ConfigError(ArbwatchError):
    """A setting is unknown or wrong."""

    exit_code = 3


class NoVenueError(ArbwatchError):
    """No venue could be reached."""

    exit_code = 5


class CheckFoundError(ArbwatchError):
    """A check ran to its end and found something."""

    exit_code = 6
