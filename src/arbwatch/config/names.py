"""The shipped list of what venues call coins that others call by another name."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import arbwatch

FILE = Path(arbwatch.__file__).with_name("assets.toml")


@cache
def shipped_names() -> Mapping[tuple[str, str], str]:
    """Return the asset by venue and by the venue's word for the base, in capitals."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {(venue, base.upper()): str(asset) for venue, names in tables.items() for base, asset in names.items()}
