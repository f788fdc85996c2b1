"""Kinds of values that settings take. A wrong one raises ValueError with what is expected, in words."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]*@")


def masked(value: object) -> str:
    """Write a value with the password of every URL in it hidden."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return _PASSWORD.sub(r"\1:****@", text)


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(piece.strip() for piece in value.split(",") if piece.strip())
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _host_only(value: str, schemes: tuple[str, ...]) -> str:
    expected = f"expected scheme, host and port only, such as {schemes[-1]}://host:443"
    parts = urlsplit(value)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(f"{expected}; the port is not a number between 0 and 65535") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"{expected}; the scheme is {' or '.join(schemes)}")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{expected}; a venue's public data needs no user name or password")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        extra = value.split(parts.netloc, 1)[1]
        raise ValueError(f"{expected}; leave out {extra!r}, the venue's own paths are added to it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def _rest_url(value: str) -> str:
    return _host_only(value, ("http", "https"))


def _ws_url(value: str) -> str:
    return _host_only(value, ("ws", "wss"))


def _proxy(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    try:
        usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.path not in ("", "/") or parts.query:
        raise ValueError("expected a proxy that speaks CONNECT, as http://user:password@host:port")
    return SecretStr(value.get_secret_value().rstrip("/"))


def _file(value: Path) -> Path:
    path = value.expanduser()
    if not path.is_file():
        raise ValueError("expected a file that exists")
    return path


def _home(value: Path) -> Path:
    return value.expanduser()


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A list; in the environment and in flags one text with commas."""
RestUrl = Annotated[str, AfterValidator(_rest_url)]
WsUrl = Annotated[str, AfterValidator(_ws_url)]
ProxyUrl = Annotated[SecretStr, AfterValidator(_proxy)]
ExistingFile = Annotated[Path, AfterValidator(_file)]
AnyFile = Annotated[Path, AfterValidator(_home)]
UpperCase = BeforeValidator(_upper)
