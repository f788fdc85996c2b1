"""The options every command knows, and what a command begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arbwatch.config.load import Loaded


@dataclass
class Given:
    """The options given before or after the command's name."""

    verbose: bool = False
    config: Path | None = None
    log_level: str | None = None


given = Given()
"""One program, one command line."""


def load_settings(flags: Mapping[str, object] | None = None) -> "Loaded":
    """Load the settings: all that a command needs which only looks at them.

    `flags` are settings given as options, by dotted name, None where not given. Raises ConfigError.
    """
    from arbwatch.config.load import load  # noqa: PLC0415 `--help` must not wait for it

    level = given.log_level or ("DEBUG" if given.verbose else None)
    return load(given.config, {**(flags or {}), "logging.console_level": level})


def begin(flags: Mapping[str, object] | None = None, *, console: bool = True, only_trouble: bool = False) -> "Loaded":
    """Load the settings and set up logs: the first thing a command does.

    `flags` are as for `load_settings`; `console` is False for a command that owns the terminal. With
    `only_trouble` the console tells warnings and errors, unless somebody set its level. Raises ConfigError.
    """
    from arbwatch.config.logs import set_up  # noqa: PLC0415 `--help` must not wait for it

    loaded = load_settings(flags)
    logging = loaded.settings.logging
    if only_trouble and ("logging", "console_level") not in loaded.origins:
        logging = logging.model_copy(update={"console_level": "WARNING"})
    set_up(logging, loaded.data_dir, console=console)
    return loaded
