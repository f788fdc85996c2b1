"""Recorded and documented messages mean the same to arbwatch and to other people's decoders."""

from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.report import Opinion, text
from tests.evidence.table import CLIENTS, OPINIONS

READ_BY_BOTH: dict[str, set[tuple[str, str]]] = {
    "binance ccxt": {
        *(("spot", kind) for kind in ("quote", "delta", "snapshot", "trade", "ticker", "miniTicker")),
        *(("spot", kind) for kind in ("listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("quote", "delta", "snapshot", "trade", "ticker", "funding")),
        *(("perp", kind) for kind in ("listing", "tickers", "premium", "intervals", "clock")),
    },
    "binance cryptofeed": {
        *(("spot", kind) for kind in ("quote", "delta", "snapshot")),
        *(("perp", kind) for kind in ("quote", "delta", "snapshot", "funding")),
    },
    "bybit ccxt": {
        *(("spot", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        ("perp", "intervals"),
    },
    "bybit cryptofeed": {
        *(("spot", kind) for kind in ("delta", "trade")),
        *(("perp", kind) for kind in ("delta", "trade", "ticker")),
    },
    "okx ccxt": {
        *(("spot", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("quote", "delta", "trade", "ticker", "listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("funding", "rates", "marks", "indexes", "snapshot")),
        ("spot", "snapshot"),
    },
    "okx cryptofeed": {
        *(("spot", kind) for kind in ("delta", "trade")),
        *(("perp", kind) for kind in ("delta", "trade", "funding")),
    },
    "bitget ccxt": {
        *(("spot", kind) for kind in ("quote", "delta", "partial", "trade", "ticker", "listing", "tickers", "quotes")),
        *(("perp", kind) for kind in ("quote", "delta", "partial", "trade", "ticker", "listing", "tickers", "quotes")),
        *(("spot", kind) for kind in ("clock", "networks")),
        *(("perp", kind) for kind in ("clock", "rates")),
    },
    "bitget cryptofeed": set(),
    "mexc ccxt": {
        *(("spot", kind) for kind in ("quote", "delta", "snapshot", "trade", "listing", "tickers", "quotes", "clock")),
        *(("perp", kind) for kind in ("delta", "snapshot", "trade", "ticker", "funding")),
        *(("perp", kind) for kind in ("listing", "tickers", "rates", "clock")),
    },
    "mexc cryptofeed": set(),
}
REFUSED = {"bybit": "sent a delta: only whole tops are"}
"""By exchange: the words about recorded messages that the venue no longer sends."""


@pytest.fixture(scope="module", params=[f"{exchange} {client}" for exchange in OPINIONS for client in CLIENTS])
def pair(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def other(pair: str, recordings: Path) -> Opinion:
    exchange, client = pair.split()
    return OPINIONS[exchange](client, recordings)


def test_every_difference_is_judged(other: Opinion) -> None:
    assert not [case for row in other.rows for case in row.open], text(other)


def test_no_judgement_outlives_its_difference(other: Opinion) -> None:
    used = {name for row in other.rows for name in row.judged}
    assert [j.name for j in other.judgements if j.name not in used] == []


def test_what_both_are_said_to_read_was_read_by_both(pair: str, other: Opinion) -> None:
    read: Counter[tuple[str, str]] = Counter()
    for row in other.rows:
        if row.ours and row.theirs:
            read[row.market, row.kind] += min(row.ours, row.theirs)
    assert READ_BY_BOTH[pair] <= read.keys()


def test_nothing_recorded_is_refused_but_what_is_sent_no_longer(pair: str, other: Opinion) -> None:
    known = REFUSED.get(pair.split(maxsplit=1)[0])
    refused = [(piece.file, piece.line, why) for piece, why in other.refused if known is None or known not in why]
    assert refused == []
