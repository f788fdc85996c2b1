"""The shipped list of networks and of what exchanges call them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import arbwatch
from arbwatch.market.networks import Chain, Chains

FILE = Path(arbwatch.__file__).with_name("networks.toml")


@cache
def shipped_chains() -> Chains:
    """Return the networks by their names here and everywhere."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    words: dict[tuple[str, str], str] = {}
    for id_, table in tables.items():
        words |= {("", word): id_ for word in (id_, table["name"], *table["words"])}
        for exchange, some in table.get("only", {}).items():
            words |= {(exchange, word): id_ for word in some}
    chains = [Chain(id_, str(table["name"]), float(table["minutes"])) for id_, table in tables.items()]
    return Chains(chains, words)
