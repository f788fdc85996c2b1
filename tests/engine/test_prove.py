import asyncio
from collections.abc import Awaitable, Callable
from time import time_ns

import pytest
from msgspec.structs import replace

from arbwatch.connector.wire import Topic
from arbwatch.engine import prove as module
from arbwatch.engine.feed import Feed
from arbwatch.engine.prove import Prover
from arbwatch.market.codes import Proof
from arbwatch.market.health import VenueStatus
from arbwatch.model import Ticker
from tests.engine.conftest import VENUE, FakeHttp, Tulip, instrument, quote

S = 1_000_000_000
SYMBOLS = [f"{letter}USDT" for letter in "ABCDEFGH"]
Speaking = Callable[[], Awaitable[Feed]]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LED_S", "FIRST_S", "QUICK_S", "JUDGE_S", "CALM_JUDGE_S", "DOUBTED_S"):
        monkeypatch.setattr(module, name, 0.0)


@pytest.fixture
def speaking(make_feed: Callable[..., Feed]) -> Speaking:
    async def make() -> Feed:
        """Give streams that spoke ten seconds ago and a REST list that says the same."""
        feed = make_feed()
        Tulip.listed = [instrument(symbol) for symbol in SYMBOLS]
        await feed.read_listing()
        feed.up("tulip-1", frozenset(Topic("quote", symbol) for symbol in SYMBOLS))
        feed.table.columns.since[0] = time_ns() - 20 * S
        for symbol in SYMBOLS:
            feed.quotes[symbol] = quote(symbol, 10.0, time_ns() - 10 * S)
            feed.apply(Ticker(VENUE, symbol, 10.4, 0.02, 11.0, 10.0, 100.0, 1050.0, None, time_ns()))
        feed.table.drain(time_ns())
        feed.table.set_clock_offset(VENUE, 0)
        Tulip.quotes = [quote(symbol, 10.0) for symbol in SYMBOLS]
        return feed

    return make


async def _looked(prover: Prover, until: Callable[[], bool]) -> None:
    """Look again and again, each look a second after the one before."""
    now = time_ns()
    async with asyncio.timeout(5):
        while not until():
            now += S
            prover.look(now)
            await asyncio.sleep(0.002)


def _status(feed: Feed) -> VenueStatus:
    feed.table.columns.received[0] = time_ns()
    return feed.health.status(time_ns(), feed.table.snapshot(time_ns()))


def _proofs(feed: Feed) -> set[Proof]:
    rows = feed.table.layout.rows[0]
    return {Proof(int(feed.table.columns.proof[0, place])) for place in rows.values()}


async def test_rows_are_proven_once_the_rest_list_was_asked_for_and_agrees(speaking: Speaking) -> None:
    feed = await speaking()
    prover = Prover(feed)
    prover.look(time_ns())
    assert _proofs(feed) == {Proof.UNPROVEN}
    assert feed.doubts[VENUE, ""].startswith("not proven yet: waits for")
    await _looked(prover, lambda: _proofs(feed) == {Proof.PROVEN})
    assert feed.doubts == {}


async def test_what_disagrees_is_doubted_in_words_by_the_feed_and_by_the_venues_health(speaking: Speaking) -> None:
    feed = await speaking()
    Tulip.quotes = [replace(quote(symbol, 10.0), bid_size=0.1, ask_size=0.1) for symbol in SYMBOLS]
    prover = Prover(feed)
    await _looked(prover, lambda: _proofs(feed) == {Proof.DOUBTFUL})
    sentence = "sizes streamed are 10 times those of the REST list, on 8 of 8 markets"
    assert feed.doubts == {(VENUE, ""): sentence}
    status = _status(feed)
    assert (status.state, status.note) == ("doubtful", sentence)
    Tulip.quotes = [quote(symbol, 10.0) for symbol in SYMBOLS]
    await _looked(prover, lambda: _proofs(feed) == {Proof.PROVEN})
    assert feed.doubts == {}


async def test_one_row_that_disagrees_is_named_and_the_others_count(speaking: Speaking) -> None:
    feed = await speaking()
    Tulip.quotes[0] = quote(SYMBOLS[0], 30.0)
    prover = Prover(feed)
    await _looked(prover, lambda: _proofs(feed) == {Proof.PROVEN, Proof.DOUBTFUL})
    assert feed.doubts == {(VENUE, "AUSDT"): "its stream says 10 / 11, the REST list 30 / 31"}
    assert _status(feed).note == "AUSDT is doubtful: its stream says 10 / 11, the REST list 30 / 31"


async def test_a_refused_rest_list_proves_nothing_and_is_told(
    speaking: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await speaking()
    monkeypatch.setattr(FakeHttp, "refusal", "the venue does not serve this country")
    prover = Prover(feed)
    looks = iter(range(40))
    await _looked(prover, lambda: next(looks) == 39)
    assert _proofs(feed) == {Proof.UNPROVEN}
    assert "its REST list of quotes" in feed.doubts[VENUE, ""]
    told = feed.health.status(time_ns(), feed.table.snapshot(time_ns())).last_error
    assert told is not None
    assert "does not serve this country" in told
