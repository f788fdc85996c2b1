"""Listings and REST: whole, unique, in range, every request answered and every page read."""

from urllib.parse import urlsplit

from arbwatch.connector.wire import Clock, Reject
from arbwatch.model import Funding, Instrument, Network, Quote, Ticker
from arbwatch.testing.samples import Samples

ENDS_IN: dict[str, type] = {
    "clock": Clock,
    "quotes": Quote,
    "tickers": Ticker,
    "funding": Funding,
    "networks": Network,
}


def listings_parse(samples: Samples) -> None:
    """Check that instruments are unique, of this venue, and their steps above zero; each has a page."""
    seen: set[str] = set()
    for found in samples.listing:
        if isinstance(found, Reject):
            samples.fail("listings", f"a row is rejected ({found.reason})", "read it, or correct the sample")
        if found.symbol in seen:
            samples.fail("listings", f"{found.symbol} is listed twice", "keep one")
        seen.add(found.symbol)
        _instrument(samples, found)
    if not seen:
        samples.fail("listings", "nothing is listed", "read the listing")


def every_request_is_answered(samples: Samples) -> None:
    """Check that each poll's requests have a sample and end in what the poll is for."""
    for name, found in samples.polled.items():
        kind = ENDS_IN[name]
        for reject in (one for one in found if isinstance(one, Reject)):
            samples.fail(f"poll {name!r}", f"a row is rejected ({reject.reason})", "read it, or correct the sample")
        if not any(isinstance(one, kind) for one in found):
            samples.fail(f"poll {name!r}", f"it ends without a {kind.__name__}", "decode the answer")
        if kind is Clock and len(found) != 1:
            samples.fail("poll 'clock'", f"it ends in {len(found)} things", "end in one Clock")
        for clock in (one for one in found if isinstance(one, Clock)):
            if not 10**18 < clock.time < 4 * 10**18:
                samples.fail("poll 'clock'", f"the time is {clock.time}", "give nanoseconds")


def every_page_is_read(samples: Samples) -> None:
    """Check that no sampled answer is left unasked for: pages are followed to the end."""
    for line in samples.unasked:
        samples.fail(line.where, f"nothing asks for {line.item.address}", "follow the pages, or drop the sample")


def _instrument(samples: Samples, one: Instrument) -> None:
    if one.venue != samples.venue.id or one.market != samples.venue.market:
        samples.fail("listings", f"{one.symbol} is of {one.venue} {one.market}", f"say {samples.venue.id}")
    for name in ("tick_size", "lot_size", "min_notional"):
        if (value := getattr(one, name)) is not None and not 0 < value < 1e18:
            samples.fail("listings", f"{name} of {one.symbol} is {value}", "give it, or None where there is none")
    if not (one.multiplier >= 1 and one.contract_size > 0):
        samples.fail("listings", f"{one.symbol} has multiplier {one.multiplier}", "give 1 where there is none")
    if not (one.base and one.quote_currency):
        samples.fail("listings", f"{one.symbol} lacks base or quote currency", "read both")
    if (one.multiplier == 1) != (one.asset is not None) and one.class_ == "crypto":
        samples.fail("listings", f"{one.symbol} has asset {one.asset}", "leave it None where a multiplier was read")
    if one.market == "perp" and one.settle_currency is None:
        samples.fail("listings", f"{one.symbol} has no settle currency", "read it")
    if not urlsplit(samples.venue().page(one)).scheme.startswith("http"):
        samples.fail("page", f"that of {one.symbol} is no address", "name where people trade it")
