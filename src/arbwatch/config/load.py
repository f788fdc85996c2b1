"""Load the settings: flag > environment > `.env` > settings file > well-known variables > default."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path, user_data_path
from pydantic import ValidationError

from arbwatch.config import layers
from arbwatch.config.errors import ConfigError
from arbwatch.config.settings import Settings
from arbwatch.config.words import complaint, nearest

FILE_NAME = "arbwatch.toml"


@dataclass(frozen=True)
class Loaded:
    """The settings in force, where each value came from, and the folders that belong to them."""

    settings: Settings
    origins: Mapping[tuple[str, ...], str]
    """Where every value that is not a default was written, by its path."""
    file: Path | None
    """The settings file that was read."""
    data_dir: Path
    """Logs, and whatever else is kept."""


def load(
    config: Path | None = None,
    flags: Mapping[str, object] | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
    known_venues: Collection[str] | None = None,
    origin: str = "the command line",
) -> Loaded:
    """Read every place that sets something. Raises ConfigError with one sentence.

    `config` names the settings file, `flags` are dotted names with values from `origin`, `variables` stands for the
    environment and `folder` for the working folder; `known_venues` defaults to every registered one.
    """
    folder = folder or Path.cwd()
    own = dict(variables) if variables is not None else layers.process_environment()
    dotenv = layers.dotenv(folder)
    every = {**dotenv, **own}
    file = _settings_file(config, every.get("ARBWATCH_CONFIG"), folder)
    layer = layers.merged(
        [
            layers.from_fallbacks(every),
            layers.from_toml(file) if file else {},
            layers.from_variables(dotenv, ".env:"),
            layers.from_variables(own, "environment variable"),
            layers.from_flags(flags or {}, origin),
        ]
    )
    try:
        settings = Settings.model_validate(layers.nested(layer))
    except ValidationError as error:
        problems = error.errors(include_url=False)
        more = f" ({len(problems) - 1} more like it)" if len(problems) > 1 else ""
        raise ConfigError(complaint(problems[0], layer) + more) from None
    _check_venues(settings, layer, known_venues)
    _check_columns(settings, layer)
    origins = {path: value.origin for path, value in layer.items()}
    return Loaded(settings, origins, file, _data_dir(every.get("ARBWATCH_DATA_DIR")))


def config_folder() -> Path:
    """Return the user's own folder for the settings file."""
    return user_config_path("arbwatch", appauthor=False)


def _settings_file(asked: Path | None, named: str | None, folder: Path) -> Path | None:
    for said, who in ((asked, "--config"), (Path(named) if named else None, "ARBWATCH_CONFIG")):
        if said is not None:
            path = said.expanduser()
            if not path.is_file():
                raise ConfigError(f"{who} names {path}, which is not a file")
            return path
    usual = (folder / FILE_NAME, config_folder() / FILE_NAME)
    return next((path for path in usual if path.is_file()), None)


def _data_dir(named: str | None) -> Path:
    return Path(named).expanduser() if named else user_data_path("arbwatch", appauthor=False)


def _check_venues(settings: Settings, layer: layers.Layer, known: Collection[str] | None) -> None:
    if not settings.venues:
        return
    if known is None:
        # Entry points are only looked up where a venue is named: finding them loads every venue's code.
        from arbwatch.connector.registry import venues  # noqa: PLC0415 as just said

        known = venues()
    for venue in settings.venues:
        if venue not in known:
            origin = next(value.origin for path, value in layer.items() if path[:2] == ("venues", venue))
            raise ConfigError(f"venues.{venue} is no venue{nearest(venue, known)} (from {origin})")


def _check_columns(settings: Settings, layer: layers.Layer) -> None:
    if not settings.board.columns:
        return
    from arbwatch.views.columns import COLUMNS  # noqa: PLC0415 views bring numpy along

    known = [column.id for column in COLUMNS]
    for column in settings.board.columns:
        if column not in known:
            origin = layer["board", "columns"].origin
            raise ConfigError(
                f"board.columns has {column!r}, which is no column{nearest(column, known)} (from {origin}); "
                f"known are {', '.join(known)}"
            )
