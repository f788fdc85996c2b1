"""Other people's clients, where they are installed."""

from collections.abc import Callable
from importlib.util import find_spec

import pytest

CLIENTS = ("ccxt", "cryptofeed", "pybit", "binance_sdk_spot", "binance_sdk_derivatives_trading_usds_futures")


@pytest.fixture(scope="session", autouse=True)
def clients(need: Callable[[str, bool, str], None]) -> None:
    """Skip, or fail where it is required, unless every client that evidence is taken from is installed."""
    missing = [name for name in CLIENTS if find_spec(name) is None]
    need("clients", not missing, f"{', '.join(missing)} cannot be imported: install the dev dependencies")
