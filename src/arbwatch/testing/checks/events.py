"""What the samples turn into: every kind, well formed, of listed symbols, in the units of the contract."""

from collections import defaultdict

from arbwatch.connector.wire import Notice
from arbwatch.model import Book, Funding, Quote, Ticker, Trade
from arbwatch.testing.fitness import disordered, implausible, unfit
from arbwatch.testing.samples import Samples

KINDS: dict[str, type] = {
    "quote": Quote,
    "ticker": Ticker,
    "funding": Funding,
    "trade": Trade,
    "book": Book,
    "notice": Notice,
}
DATA = (Quote, Ticker, Funding, Trade, Book)
HOUR = 3600 * 10**9
DEFAULT_INTERVAL_H = 8.0


def every_channel_has_a_sample(samples: Samples) -> None:
    """Check that each declared channel has a sample, and its samples turn into its kind."""
    for kind in samples.venue.channels:
        played = [p for p in samples.played if p.sample.marks.channel == kind]
        if not played:
            samples.fail("frames.jsonl", f"channel {kind!r} has no sample", "add a recv line with this channel")
        if not any(isinstance(found, KINDS[kind]) for p in played for found in p.found):
            samples.fail(
                played[0].sample.where, f"a sample of {kind!r} gives no {KINDS[kind].__name__}", "decode the channel"
            )


def events_are_well_formed(samples: Samples) -> None:
    """Check that numbers are finite and positive, sides whole, no sample is crossed, and the venue is named."""
    answers = {played.sample.where for played in samples.played if played.sample.item.address}
    answers |= {f"poll {name!r}" for name in samples.polled}
    for where, _, event in samples.events():
        for fault in (*unfit(event, listed=where in answers), *disordered(event)):
            samples.fail(where, fault, "give what the venue means, or None")
        if isinstance(event, DATA) and event.venue != samples.venue.id:
            samples.fail(where, f"an event is of venue {event.venue!r}", f"name {samples.venue.id}")


def units_are_right(samples: Samples) -> None:
    """Check that times are nanoseconds, changes and rates fractions, intervals hours."""
    for where, received, event in samples.events():
        for fault in implausible(event, received) if isinstance(event, DATA) else ():
            samples.fail(where, fault, "convert it where it is decoded")


def events_name_listed_symbols(samples: Samples) -> None:
    """Check that every event is of an instrument that the venue lists: rows of other products do not come out."""
    listed = samples.instruments
    for where, _, event in samples.events():
        if isinstance(event, DATA) and event.symbol not in listed:
            samples.fail(where, f"{event.symbol} is not listed", "drop other products' rows, or add it to the listing")


def other_products_are_left_out(samples: Samples) -> None:
    """Check that what a sample marks as another product's neither comes out of it nor is listed."""
    marked = [line for line in samples.lines if line.marks.leaves_out]
    if not marked:
        samples.fail(
            "frames.jsonl", "no line has leaves_out", "add a row of another product where the venue mixes them"
        )
    for line in marked:
        played = next((p.found for p in samples.played if p.sample is line), [])
        names = {getattr(found, "symbol", None) for found in (*played, *samples.instruments.values())}
        for symbol in names & set(line.marks.leaves_out):
            samples.fail(line.where, f"{symbol} is kept", "drop rows of other products")


def a_side_that_empties_is_none(samples: Samples) -> None:
    """Check that a side without a price is None at once; what stood there before is not kept."""
    marked = [p for p in samples.played if p.sample.marks.empty]
    if "quote" in samples.venue.channels and not marked:
        samples.fail("frames.jsonl", "no quote sample has an empty side", "add one after a whole one, with empty: bid")
    for played in marked:
        sides = ("bid", "ask") if played.sample.marks.empty == "both" else (played.sample.marks.empty,)
        quotes = [found for found in played.found if isinstance(found, Quote)]
        if not quotes:
            samples.fail(played.sample.where, "it gives no Quote", "say that the side is empty")
        for quote in quotes:
            for side in sides:
                if (price := getattr(quote, str(side))) is not None:
                    samples.fail(played.sample.where, f"the {side} is still {price}", "make an empty side None")


def funding_is_due_next(samples: Samples) -> None:
    """Check that the next funding lies ahead, and not further than one interval."""
    intervals: dict[str, float] = defaultdict(lambda: DEFAULT_INTERVAL_H)
    events = [(where, e) for where, _, e in samples.events() if isinstance(e, Funding)]
    intervals.update({e.symbol: e.interval_h for _, e in events if e.interval_h})
    for where, event in events:
        if event.next_time is None:
            continue
        hours = (event.next_time - (event.time or event.received)) / HOUR
        if not 0 < hours <= intervals[event.symbol]:
            samples.fail(
                where,
                f"the next funding of {event.symbol} is {hours:.2f} h away, its interval {intervals[event.symbol]:g} h",
                "take the settlement that comes next",
            )


def volumes_agree(samples: Samples) -> None:
    """Check that quote volume is base volume in coins times a price of the day, by contract size and multiplier."""
    listed = samples.instruments
    compared: set[str] = set()
    for where, _, event in samples.events():
        if not isinstance(event, Ticker) or (found := listed.get(event.symbol)) is None:
            continue
        if not (event.base_volume and event.quote_volume and event.low and event.high):
            continue
        compared.add(event.symbol)
        price = event.quote_volume / (event.base_volume * found.contract_size) * found.multiplier
        if not 0.98 * event.low <= price <= 1.02 * event.high:
            day = f"the day's lay between {event.low} and {event.high}"
            samples.fail(
                where,
                f"volumes of {event.symbol} give a price of {price:g}, {day}",
                "correct contract_size, multiplier or the volumes",
            )
    sized = {symbol for symbol, one in listed.items() if one.contract_size != 1}
    if sized and not sized & compared:
        samples.fail("frames.jsonl", "no ticker is of a symbol with a contract_size", f"add one of {min(sized)}")


def trades_tell_the_taker(samples: Samples) -> None:
    """Check that a taker buys at the ask and sells at the bid that stood before."""
    quotes: dict[str, Quote] = {}
    for played in samples.played:
        for event in played.found:
            if isinstance(event, Quote):
                quotes[event.symbol] = event
            elif isinstance(event, Trade) and (quote := quotes.get(event.symbol)):
                _taker(samples, played.sample.where, event, quote)


def _taker(samples: Samples, where: str, trade: Trade, quote: Quote) -> None:
    if quote.bid is None or quote.ask is None:
        return
    middle = (quote.bid + quote.ask) / 2
    if (trade.side == "buy" and trade.price < middle) or (trade.side == "sell" and trade.price > middle):
        samples.fail(
            where, f"a {trade.side} at {trade.price} between {quote.bid} and {quote.ask}", "give the taker's side"
        )
