"""Set up logs: structlog over the standard library, to the console and to a rotating file."""

import json
import logging
import logging.config
import logging.handlers
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from arbwatch.config.errors import ConfigError
from arbwatch.config.settings import Logging
from arbwatch.config.values import masked

_OFF = logging.CRITICAL + 10
_OTHERS = logging.INFO
"""Least level of other libraries' own logs: their debug lines would drown ours."""


def set_up(settings: Logging, data_dir: Path, *, console: bool = True) -> Path | None:
    """Send logs where the settings say, and return the log file's path, None where there is none.

    `console` is False while a screen owns the terminal. Raises ConfigError where a file cannot be used.
    """
    if settings.config is not None:
        _from_file(settings.config)
        return None
    path = _log_file(settings, data_dir)
    handlers: list[logging.Handler] = []
    if console and settings.console_level != "OFF":
        terminal = sys.stderr.isatty()
        as_json = settings.json_lines if settings.json_lines is not None else not terminal
        handlers.append(_handler(logging.StreamHandler(sys.stderr), settings.console_level, as_json, terminal))
    if path is not None:
        handlers.append(_file_handler(path, settings))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers or [logging.NullHandler()]:
        root.addHandler(handler)
    root.setLevel(_OTHERS)
    logging.getLogger("arbwatch").setLevel(min((handler.level for handler in handlers), default=_OFF))
    logging.captureWarnings(capture=True)
    _configure_structlog(structlog.stdlib.ProcessorFormatter.wrap_for_formatter)
    return path


def _log_file(settings: Logging, data_dir: Path) -> Path | None:
    if settings.file_level == "OFF":
        return None
    return settings.file or data_dir / "logs" / "arbwatch.log"


def _file_handler(path: Path, settings: Logging) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=settings.max_bytes, backupCount=settings.backups, encoding="utf-8"
        )
    except OSError as error:
        raise ConfigError(
            f"The log file {path} cannot be written ({error.strerror or error}); "
            "set logging.file elsewhere, or logging.file_level = 'OFF'"
        ) from error
    return _handler(handler, settings.file_level, settings.json_lines is not False, colors=False)


def _handler(handler: logging.Handler, level: str, as_json: bool, colors: bool) -> logging.Handler:
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
    )
    chain: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        chain.append(structlog.processors.format_exc_info)
    handler.setLevel(level)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[*chain, last], foreign_pre_chain=_shared()))
    return handler


def _shared() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask,
    ]


def _mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide passwords in URLs, whatever wrote them."""
    return {key: masked(value) if isinstance(value, str) and "://" in value else value for key, value in event.items()}


def _configure_structlog(last: Processor) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_shared(),
            last,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _from_file(path: Path) -> None:
    """Let a standard configuration decide; events reach it as one line of text."""
    try:
        if path.suffix in (".json", ".toml"):
            logging.config.dictConfig(_document(path))
        else:
            logging.config.fileConfig(path, disable_existing_loggers=False, encoding="utf-8")
    except Exception as error:  # the standard library raises whatever its parser and the named classes raise
        cause = f": {error.__cause__}" if error.__cause__ else ""
        raise ConfigError(f"logging.config = {str(path)!r} cannot be used: {error}{cause}") from error
    _configure_structlog(_one_line)


def _document(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    return document


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> tuple[Sequence[object], dict[str, object]]:
    said = event.pop("event", "")
    exc_info = event.pop("exc_info", None)
    for known in ("level", "logger", "timestamp"):
        event.pop(known, None)
    line = " ".join([str(said), *(f"{key}={value}" for key, value in event.items())])
    return (line,), {"exc_info": exc_info}
