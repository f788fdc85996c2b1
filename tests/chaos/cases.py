"""The fault matrix: what is done to a venue, what the board must say, and when all must be well again."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from arbwatch.market.codes import RowState
from tests.chaos import listings, wires
from tests.chaos.hits import Act

GROUPS = (
    ("binance_spot", "binance_perp", "bybit_spot", "bybit_perp", "okx_spot", "okx_perp"),
    ("bitget_spot", "bitget_perp", "mexc_spot", "mexc_perp"),
)
"""Venues that are watched together."""
VENUES = tuple(venue for group in GROUPS for venue in group)


class Case(NamedTuple):
    """One row of the matrix; limits are seconds."""

    name: str
    expected: str
    act: Act
    seen_s: float
    recovered_s: float
    unfit: Mapping[str, str] = MappingProxyType({})
    """Venues whose protocol cannot express it, each with the reason."""


def unfit(**reasons: str) -> Mapping[str, str]:
    """Spell venues by exchange, market or id."""
    return {
        venue: next(words for name, words in reasons.items() if name in (venue, *venue.split("_")))
        for venue in VENUES
        if {venue, *venue.split("_")} & reasons.keys()
    }


CASES: tuple[Case, ...] = (
    Case("dropped socket", "its rows are down at once; it reconnects", wires.socket_fault("drop_socket"), 1.0, 10.0),
    Case(
        "closed socket",
        "its rows are down at once; it reconnects",
        wires.socket_fault("close_socket", code=1012),
        1.0,
        10.0,
    ),
    Case(
        "half-open socket",
        "its rows are suspect, then the socket is replaced",
        wires.socket_fault("half_open"),
        8.0,
        15.0,
    ),
    Case(
        "one symbol stalls",
        "frozen; subscribed anew alone",
        wires.symbol_fault("stall_symbol", RowState.FROZEN),
        4.0,
        5.0,
    ),
    Case("garbage frames", "counted and kept verbatim, nothing else", wires.frames_fault("garbage", 5), 2.0, 2.0),
    Case("truncated frames", "counted and kept verbatim, nothing else", wires.frames_fault("truncated", 5), 4.0, 2.0),
    Case(
        "rows of wrong types",
        "those rows are counted, the others stand",
        wires.frames_fault("wrong_types", 2),
        4.0,
        2.0,
    ),
    Case("frames twice", "taken once, no gap", wires.order_fault("duplicated", 60), 15.0, 10.0),
    Case(
        "frames late",
        "what is older is left out; its book is joined anew",
        wires.order_fault("reordered", 9),
        15.0,
        15.0,
    ),
    Case("gap in a book", "that book is joined anew, the other stays whole", wires.book_gap, 5.0, 10.0),
    Case(
        "counted anew",
        "books begin anew, quotes go on",
        wires.count_anew,
        5.0,
        15.0,
        unfit(
            binance="a restart ends its sockets: see dropped socket",
            mexc="a restart ends its sockets: see dropped socket",
        ),
    ),
    Case(
        "no snapshot",
        "that book says it waits, and shows nothing",
        wires.no_snapshot,
        8.0,
        15.0,
        unfit(
            binance="its streamed books never begin with one",
            mexc="its streamed books never begin with one",
            okx="its streamed books join to REST: see no snapshot but by REST",
        ),
    ),
    Case(
        "no snapshot but by REST",
        "it is fetched, and the book is true",
        wires.fetched_snapshot,
        8.0,
        5.0,
        unfit(
            binance="its streamed books never begin with one",
            mexc="its streamed books never begin with one",
            bybit="its books by REST count otherwise: see no snapshot",
            bitget="its books by REST count otherwise: see no snapshot",
        ),
    ),
    Case("lying acknowledgement", "rows wait; subscribed anew", wires.lying_ack, 8.0, 15.0),
    Case("connections refused", "said in words; back when allowed", wires.refused, 10.0, 30.0),
    Case(
        "restart announced",
        "renewed without a hole",
        wires.shutdown,
        12.0,
        5.0,
        unfit(
            bybit="market data ends without a word: see closed socket",
            bitget="it ends without a word: see closed socket",
            mexc="it ends without a word: see closed socket",
        ),
    ),
    Case("sleep of 3 s, 2 h ahead", "suspect, then whole; the clock is told", wires.time_jump, 20.0, 20.0),
    Case(
        "REST 429", "throttled, in words; streams go on", wires.rest_fault(429, "throttled", retry_after=1), 5.0, 20.0
    ),
    Case("REST 418", "banned, in words; streams go on", wires.rest_fault(418, "banned", retry_after=2), 5.0, 20.0),
    Case("REST 451", "blocked, in words; streams go on", wires.rest_fault(451, "blocked"), 5.0, 20.0),
    Case("REST 500", "failing, in words; streams go on", wires.rest_fault(500, "failing"), 8.0, 20.0),
    Case("REST 502 with a page", "failing, in words; streams go on", wires.rest_fault(502, "failing"), 8.0, 20.0),
    Case("slow REST", "nothing waits for it", wires.slow_rest, 3.0, 10.0),
    Case("crossed book", "no leg: crossed", wires.side_fault("crossed_book", "crossed"), 4.0, 6.0),
    Case(
        "one-sided book",
        "no leg: one side is empty",
        wires.side_fault("one_sided_book", "one-sided", side="bid"),
        4.0,
        6.0,
    ),
    Case("clocks 5 s wrong", "our clock is said to be wrong", wires.clock_skew, 5.0, 8.0),
    Case("new listing", "found and followed, no reconnect", listings.new_listing, 5.0, 10.0),
    Case("no first message", "waits; subscribed on another socket", listings.never_speaks, 40.0, 10.0),
    Case("delisting", "its row ends", listings.delisting, 5.0, 5.0),
    Case("tick change", "taken in place", listings.tick_change, 5.0, 5.0),
    Case(
        "halt",
        "halted, then live again",
        listings.halt,
        5.0,
        10.0,
        unfit(bybit="it lists only what trades: see off the list and back"),
    ),
    Case(
        "off the list and back",
        "its row ends, then live again",
        listings.unlisted,
        5.0,
        10.0,
        unfit(
            **dict.fromkeys(("binance", "okx", "bitget", "mexc"), "what is halted stays listed: see halt"),
        ),
    ),
    Case(
        "contract rebased",
        "sizes read anew, proven anew",
        listings.contract_rebased,
        8.0,
        20.0,
        unfit(spot="no contracts", **dict.fromkeys(("binance", "bybit", "bitget"), "sizes are in coins")),
    ),
    Case(
        "coin redenominated",
        "no leg: a factor of 10 apart",
        listings.coin_redenominated,
        8.0,
        10.0,
        unfit(**dict.fromkeys(("okx_perp", "mexc_perp"), "prices do not change: see contract rebased")),
    ),
    Case(
        "funding interval",
        "told, and told back",
        listings.funding_interval,
        15.0,
        15.0,
        unfit(spot="no funding"),
    ),
    Case("listing rows unreadable", "counted, the others stand", listings.bad_listing, 5.0, 5.0),
    Case(f"{listings.HUGE:,} more listed", "a row for each, the others go on", listings.huge_listing, 60.0, 10.0),
)
