"""One asset in one quote currency on every market: side by side, each against each, and how deep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from arbwatch.analytics.matrix import Matrix, Stand, matrix
from arbwatch.market.fees import Fee
from arbwatch.model import Level
from arbwatch.views import formats
from arbwatch.views.listing import Key, Listing
from arbwatch.views.networks import Cells, network_lines
from arbwatch.views.picture import Ladder, Picture
from arbwatch.views.text import plain
from arbwatch.views.words import Tone

NEAR = 0.001
"""Depth is counted as far as this fraction from the best price."""
COUNTS = "ok"
LADDER_LEVELS = 8
CELL = 8


class Place(msgspec.Struct, frozen=True):
    """One market of the asset; prices per asset unit, sizes in asset units."""

    number: int
    """By which the matrix names it."""
    stand: Stand
    tick: float | None
    """Step of the price per asset unit; None where unknown."""
    ladder: Ladder | None
    """Its book in asset units; None while it is not known."""
    fee: Fee | None
    """What taking costs; None while the market is not listed."""

    @property
    def key(self) -> Key:
        """Which row it is."""
        return self.stand.venue, self.stand.symbol


class Asset(msgspec.Struct, frozen=True):
    """All that is shown of one asset in one quote currency."""

    name: str
    quote_currency: str
    currencies: tuple[str, ...]
    """In which it can be looked at."""
    places: tuple[Place, ...]
    matrix: Matrix
    networks: tuple[Cells, ...]
    """What is known of how it comes and goes, as lines."""


class AssetColumn(msgspec.Struct, frozen=True):
    """One column of the markets of an asset; laid out like those of the board."""

    id: str
    title: str
    width: int
    align: Literal["left", "right"]
    priority: int
    value: Callable[[Place], float | str | None]
    """What places are sorted by; None where unknown."""
    text: Callable[[Place], str]
    help: str
    flash: bool = False
    most: int | None = None
    stretch: bool = False

    def tone(self, place: Place) -> Tone:
        """Tell how the cell wants to be seen."""
        if self.id == "check":
            return "warn" if place.stand.reason else "good"
        if self.id in ("funding", "funding_year") and place.stand.rate is not None:
            return "up" if place.stand.rate > 0 else "down" if place.stand.rate < 0 else ""
        return ""


def asset(picture: Picture, listing: Listing, name: str, quote_currency: str | None) -> Asset:
    """Lay out an asset; without a quote currency, the one with most markets."""
    currencies = _currencies(listing, name)
    currency = quote_currency if quote_currency in currencies else next(iter(currencies), quote_currency or "")
    found = matrix(picture.snapshot, picture.rules, name, currency)
    places = tuple(
        Place(number, stand, _tick(stand, listing), _ladder(stand, listing, picture), _taker(stand, listing, picture))
        for number, stand in enumerate(found.stands, start=1)
    )
    return Asset(name, currency, currencies, places, found, tuple(network_lines(picture, listing, name)))


def order(places: Iterable[Place], sort: str, descending: bool) -> list[Place]:
    """Return the places sorted by column `sort`, unknown last in both directions."""
    read = BY_ID[sort].value
    valued = [(read(place), place) for place in places]
    known = [(value, place) for value, place in valued if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [place for _, place in known] + [place for value, place in valued if value is None]


def summary(shown: Asset) -> str:
    """Say in a line what is looked at, and the best that counts."""
    best = best_pair(shown)
    words = f"{plain(shown.name)} in {plain(shown.quote_currency)} on {formats.counted(len(shown.places), 'market')}"
    if best is None:
        return f"{words} · no pair counts"
    buy, sell = (plain(shown.places[at].stand.venue) for at in best)
    return f"{words} · best: buy on {buy}, sell on {sell}, {formats.bps(shown.matrix.gross[best[0]][best[1]])} bp"


def best_pair(shown: Asset) -> tuple[int, int] | None:
    """Return the places to buy and to sell at of the best pair that counts; None where there is none."""
    gross, admitted = shown.matrix.gross, shown.matrix.admitted
    every = range(len(shown.places))
    pairs = [
        (value, buy, sell)
        for buy in every
        for sell in every
        if admitted[buy][sell] and (value := gross[buy][sell]) is not None
    ]
    return max(pairs)[1:] if pairs else None


def matrix_lines(shown: Asset, width: int) -> list[Cells]:
    """Return the matrix as lines of cells: buy in the row, sell in the column, basis points before costs.

    Columns that do not fit `width` are left out, and the last line says so.
    """
    names = [f"{place.number} {plain(place.stand.venue)}" for place in shown.places]
    left = max(map(len, [*names, "buy \\ sell"]), default=0) + 1
    fitting = max(0, min(len(names), (width - left) // CELL))
    best = best_pair(shown)
    head: Cells = [(f"{'buy ▸ sell ▾':<{left}}"[:left], "dim")]
    lines = [head + [(f"{at + 1:>{CELL}}", "strong") for at in range(fitting)]]
    for buy, name in enumerate(names):
        cells: Cells = [(f"{name:<{left}}", "strong")]
        cells += [(f"{_gross(shown, buy, sell):>{CELL}}", _tone(shown, buy, sell, best)) for sell in range(fitting)]
        lines.append(cells)
    if fitting < len(names):
        lines.append([(f"{len(names) - fitting} more to sell on: make the window wider", "dim")])
    return lines


def ladder_lines(place: Place | None) -> list[Cells]:
    """Return the top of the book of one market as lines: sizes outside, prices inside."""
    if place is None:
        return []
    stand, ladder = place.stand, place.ladder
    title: Cells = [(f"book of {plain(stand.symbol)} on {plain(stand.venue)}, asset units", "strong")]
    if ladder is None or not (ladder.bids or ladder.asks):
        return [title, [("no book yet", "dim")]]
    lines: list[Cells] = [title, [(f"{'bid size':>10} {'bid':>13}  {'ask':<13} {'ask size':<10}", "dim")]]
    for at in range(min(LADDER_LEVELS, max(len(ladder.bids), len(ladder.asks)))):
        bid, ask = _level(ladder.bids, at), _level(ladder.asks, at)
        bought, sold = (formats.price(level[0], place.tick) if level else "" for level in (bid, ask))
        row: Cells = [
            (f"{formats.size(bid[1]) if bid else '':>10} ", ""),
            (f"{bought:>13}", "up"),
            ("  ", ""),
            (f"{sold:<13}", "down"),
            (f" {formats.size(ask[1]) if ask else '':<10}", ""),
        ]
        lines.append(row)
    return lines


def depth(levels: Sequence[Level]) -> tuple[float, bool] | None:
    """Return the money within `NEAR` of the best price, and whether the known levels reach that far."""
    if not levels:
        return None
    best = levels[0][0]
    near = [level for level in levels if abs(level[0] / best - 1.0) <= NEAR]
    return sum(price * size for price, size in near), len(near) < len(levels)


def _currencies(listing: Listing, name: str) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for instrument in listing.instruments:
        if instrument.asset == name:
            counts[instrument.quote_currency] = counts.get(instrument.quote_currency, 0) + 1
    return tuple(sorted(counts, key=lambda currency: (-counts[currency], currency)))


def _tick(stand: Stand, listing: Listing) -> float | None:
    row = listing.rows.get((stand.venue, stand.symbol))
    if row is None:
        return None
    instrument = listing.instruments[row]
    return None if instrument.tick_size is None else instrument.tick_size / instrument.multiplier


def _ladder(stand: Stand, listing: Listing, picture: Picture) -> Ladder | None:
    key = (stand.venue, stand.symbol)
    found, row = picture.ladders.get(key), listing.rows.get(key)
    if found is None or row is None:
        return None
    one = listing.instruments[row]

    def turned(levels: Sequence[Level]) -> tuple[Level, ...]:
        return tuple((price / one.multiplier, size * one.contract_size) for price, size in levels)

    return Ladder(turned(found.bids), turned(found.asks))


def _taker(stand: Stand, listing: Listing, picture: Picture) -> Fee | None:
    row = listing.rows.get((stand.venue, stand.symbol))
    return None if row is None else picture.fees.of(listing.instruments[row])


def _level(levels: Sequence[Level], at: int) -> Level | None:
    return levels[at] if at < len(levels) else None


def _gross(shown: Asset, buy: int, sell: int) -> str:
    if buy == sell:
        return "·"
    return formats.bps(shown.matrix.gross[buy][sell])


def _tone(shown: Asset, buy: int, sell: int, best: tuple[int, int] | None) -> Tone:
    value = shown.matrix.gross[buy][sell]
    if value is None or not shown.matrix.admitted[buy][sell]:
        return "dim"
    if (buy, sell) == best:
        return "good"
    return "up" if value > 0 else ""


def _middle(place: Place) -> float | None:
    bid, ask = place.stand.bid, place.stand.ask
    return None if bid is None or ask is None else (bid + ask) / 2


def _width(place: Place) -> float | None:
    bid, ask, middle = place.stand.bid, place.stand.ask, _middle(place)
    return None if bid is None or ask is None or not middle else (ask - bid) / middle


def _side(place: Place, side: Literal["bids", "asks"]) -> float | None:
    found = depth(getattr(place.ladder, side)) if place.ladder else None
    return found[0] if found else None


def _side_text(place: Place, side: Literal["bids", "asks"]) -> str:
    found = depth(getattr(place.ladder, side)) if place.ladder else None
    if found is None:
        return formats.UNKNOWN
    return formats.size(found[0]) if found[1] else f">{formats.size(found[0])}"


def _age(place: Place) -> str:
    age = place.stand.age_ms
    return formats.duration(None if age is None else age * 1e6)


def _funding(place: Place) -> str:
    return formats.percent(place.stand.rate, 4) if place.stand.market == "perp" else ""


def _fee(place: Place) -> str:
    if place.fee is None:
        return formats.UNKNOWN
    return f"{place.fee.rate:.3%}".rstrip("%") + ("?" if place.fee.assumed else "")


def _year(place: Place) -> str:
    return formats.annual(place.stand.rate, place.stand.interval_h) if place.stand.market == "perp" else ""


# fmt: off
COLUMNS: tuple[AssetColumn, ...] = (
    AssetColumn("number", "#", 2, "right", 2, lambda p: p.number, lambda p: str(p.number),
                help="The number by which the matrix names it"),
    AssetColumn("venue", "venue", 10, "left", 1, lambda p: p.stand.venue, lambda p: plain(p.stand.venue), most=14,
                help="Exchange and market"),
    AssetColumn("symbol", "symbol", 9, "left", 8, lambda p: p.stand.symbol, lambda p: plain(p.stand.symbol), most=18,
                help="The venue's own spelling"),
    AssetColumn("bid", "bid", 8, "right", 3, lambda p: p.stand.bid, lambda p: formats.price(p.stand.bid, p.tick),
                flash=True, help="Best bid per asset unit"),
    AssetColumn("bid_size", "bid size", 8, "right", 10, lambda p: p.stand.bid_size,
                lambda p: formats.size(p.stand.bid_size), help="Asset units bid for there"),
    AssetColumn("ask", "ask", 8, "right", 4, lambda p: p.stand.ask, lambda p: formats.price(p.stand.ask, p.tick),
                flash=True, help="Best ask per asset unit"),
    AssetColumn("ask_size", "ask size", 8, "right", 11, lambda p: p.stand.ask_size,
                lambda p: formats.size(p.stand.ask_size), help="Asset units offered there"),
    AssetColumn("spread_bps", "spr bp", 7, "right", 9, _width, lambda p: formats.bps(_width(p)),
                help="Ask over bid, in basis points of the middle"),
    AssetColumn("bid_depth", "bids 0.1%", 9, "right", 6, lambda p: _side(p, "bids"), lambda p: _side_text(p, "bids"),
                help="Money bid within 0.1 % of the best bid; > at least"),
    AssetColumn("ask_depth", "asks 0.1%", 9, "right", 7, lambda p: _side(p, "asks"), lambda p: _side_text(p, "asks"),
                help="Money offered within 0.1 % of the best ask; > at least"),
    AssetColumn("funding", "fund %", 8, "right", 12, lambda p: p.stand.rate, _funding,
                help="Funding per interval, %; above zero longs pay shorts"),
    AssetColumn("funding_year", "fund/yr %", 9, "right", 13,
                lambda p: formats.yearly(p.stand.rate, p.stand.interval_h), _year,
                help="Funding per year, %, not compounded"),
    AssetColumn("fee", "fee %", 7, "right", 15, lambda p: p.fee.rate if p.fee else None, _fee,
                help="Taker fee, %; ? where nobody told it and a high one is assumed"),
    AssetColumn("age", "age", 6, "right", 14, lambda p: p.stand.age_ms, _age,
                help="Since the quote changed"),
    AssetColumn("check", "check", 8, "left", 5, lambda p: p.stand.reason or COUNTS,
                lambda p: plain(p.stand.reason) or COUNTS, most=70, stretch=True,
                help="ok, or why it is no leg"),
)
# fmt: on
BY_ID: dict[str, AssetColumn] = {column.id: column for column in COLUMNS}
