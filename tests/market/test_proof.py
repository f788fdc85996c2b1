"""A venue's rows against themselves: what is true is proven, what is wrong is told, one odd row costs only itself."""

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from arbwatch.market.codes import Proof
from arbwatch.market.proof import Evidence, Finding, Proving, judge, look
from arbwatch.market.proofs.rows import Kind
from arbwatch.market.table import Lane, Table
from arbwatch.model import Funding, Instrument, Quote, Ticker
from tests.market.conftest import NOW, S, instrument

VENUE = "here_perp"
ALL: frozenset[Kind] = frozenset({"quotes", "answers", "tickers", "funding", "clock"})
H = 3600 * S
Change = Callable[[Any, random.Random], Any]
TICK = 0.001


def same(event: Any, draw: random.Random) -> Any:
    return event


class Venue:
    """A venue whose stream, REST list, statistics and funding a test may make wrong."""

    def __init__(
        self,
        rows: int = 24,
        seed: int = 1,
        *,
        stream: Change = same,
        rest: Change = same,
        ticker: Change = same,
        funding: Change = same,
        listed: Change = same,
        quiet: int = 4,
        sigma: float = 1e-4,
    ) -> None:
        self.draw = random.Random(seed)
        self.stream, self.rest, self.ticker, self.funding = stream, rest, ticker, funding
        self.quiet, self.sigma, self.now, self.turns = quiet, sigma, NOW, 0
        self.table = Table([Lane(VENUE, "here", "perp")], width=rows)
        plain = [self.instrument(n) for n in range(rows)]
        self.symbols = [i.symbol for i in plain]
        self.prices = {symbol: 10 ** self.draw.uniform(0.5, 3) for symbol in self.symbols}
        self.paces = {symbol: self.draw.choice((0.03, 0.1, 0.3, 1.0)) for symbol in self.symbols}
        self.tops = {symbol: self.top(symbol) for symbol in self.symbols}
        self.table.relist(VENUE, [listed(i, self.draw) for i in plain], NOW)
        self.table.up(VENUE, self.symbols, NOW)
        self.table.set_clock_offset(VENUE, 0)
        self.evidence, self.proving = Evidence(), Proving(ALL)
        self.finding: Finding

    @staticmethod
    def instrument(n: int) -> Instrument:
        return instrument(f"S{n}USDT", VENUE, tick_size=TICK)

    def top(self, symbol: str) -> Quote:
        price = round(self.prices[symbol] / TICK)
        sizes = [self.draw.randrange(1, 900) / 10 for _ in range(2)]
        return Quote(VENUE, symbol, price * TICK, sizes[0], (price + 2) * TICK, sizes[1], self.now, self.now)

    def move(self) -> None:
        for symbol in self.symbols[self.quiet :]:
            if self.draw.random() > self.paces[symbol]:
                continue
            self.prices[symbol] *= 1 + self.draw.gauss(0, self.sigma)
            old, new = self.tops[symbol], self.top(symbol)
            if self.draw.random() < 0.5:
                side = "bid_size" if self.draw.random() < 0.5 else "ask_size"
                new = replace(old, **{side: getattr(new, side)}, time=self.now, received=self.now)
            self.tops[symbol] = new
        for symbol in self.symbols[self.quiet // 2 :]:
            quote = replace(self.tops[symbol], received=self.now)
            self.table.door(VENUE)[symbol] = self.stream(quote, self.draw)
        self.table.drain(self.now)

    def tell(self) -> None:
        for symbol in self.symbols:
            price, span = self.prices[symbol], 0.06
            opened = price * (1 + self.draw.uniform(-0.02, 0.02))
            volume = self.draw.uniform(10, 1e6)
            change, high, low = price / opened - 1, price * (1 + span), price * (1 - span)
            ticker = Ticker(VENUE, symbol, price, change, high, low, volume, volume * price, self.now, self.now)
            self.table.apply(self.ticker(ticker, self.draw))
            interval = 8.0
            next_time = (self.now // (8 * H) + 1) * 8 * H
            funding = Funding(
                VENUE, symbol, 1e-4, "estimate", interval, "metadata", next_time, 0.02, -0.02, price, price * 1.0004,
                self.now, self.now,
            )  # fmt: skip
            self.table.apply(self.funding(funding, self.draw))

    def look(self) -> Finding:
        rows = look(self.table.view(self.now), VENUE, self.evidence)
        self.finding = self.proving.weigh(rows, judge(rows, self.evidence), tuple(self.evidence.readings.values()))
        for proof in Proof:
            places = [p for p in rows.places.values() if self.finding.proof[p] == proof]
            symbols = [i.symbol for p in places if (i := rows.instruments[p]) is not None]
            self.table.prove(VENUE, symbols, proof)
        return self.finding

    def run(self, seconds: float = 6.0) -> Finding:
        """Let time pass; what is doubted or proven on the way is added to `history`."""
        for _ in range(int(seconds * 4)):
            self.turns += 1
            self.move()
            if self.turns % 4 == 1:
                self.tell()
            if self.turns % 4 == 0:
                quotes = [self.rest(self.tops[symbol], self.draw) for symbol in self.symbols]
                self.evidence.quoted(quotes, self.now, self.now)
            self.now += S // 4
            self.look()
        return self.finding

    def proofs(self) -> dict[str, Proof]:
        rows = self.table.layout.rows[0]
        return {symbol: Proof(int(self.table.columns.proof[0, rows[symbol]])) for symbol in self.symbols}


def streamed(**changes: Callable[[Any], Any]) -> Change:
    return lambda quote, draw: replace(quote, **{name: change(quote) for name, change in changes.items()})


changed = streamed


def only(symbols: Iterable[str], change: Change) -> Change:
    wanted = frozenset(symbols)
    return lambda event, draw: change(event, draw) if event.symbol in wanted else event


@given(st.integers(0, 10_000), st.sampled_from([1e-5, 1e-4, 2e-3]), st.sampled_from([-2, 0, 2]), st.integers(0, 10))
@settings(max_examples=15, deadline=None)
def test_a_true_venue_is_proven_within_seconds_and_never_doubted(
    seed: int, sigma: float, clock_s: int, quiet: int
) -> None:
    ahead = changed(time=lambda quote: quote.time + clock_s * S)
    venue = Venue(seed=seed, sigma=sigma, quiet=quiet, stream=ahead)
    for _ in range(10):
        finding = venue.run(1.0)
        assert (finding.venue, finding.rows) == ("", {})
    assert finding.waits == ""
    spoken = venue.symbols[quiet // 2 :]
    assert {venue.proofs()[symbol] for symbol in spoken} == {Proof.PROVEN}
    assert {venue.proofs()[symbol] for symbol in venue.symbols[: quiet // 2]} <= {Proof.UNPROVEN}


WRONG: dict[str, tuple[dict[str, Change], str]] = {
    "sizes x10": ({"stream": streamed(bid_size=lambda q: q.bid_size * 10, ask_size=lambda q: q.ask_size * 10)},
                  "sizes streamed are 10 times those of the REST list, on"),
    "sizes in quote currency": ({"stream": streamed(bid_size=lambda q: q.bid_size * q.bid,
                                                    ask_size=lambda q: q.ask_size * q.ask)}, "quote currency"),
    "sides swapped": ({"stream": streamed(bid=lambda q: q.ask, ask=lambda q: q.bid)}, "swapped"),
    "another product": ({"stream": streamed(bid=lambda q: round(q.bid * 1030) * TICK,
                                            ask=lambda q: round(q.ask * 1030) * TICK + TICK)},
                        "prices streamed are 3 % above"),
    "another product close by": ({"stream": streamed(bid=lambda q: round(q.bid * 1005) * TICK,
                                                     ask=lambda q: round(q.ask * 1005) * TICK + TICK)},
                                 "prices that stand still on the stream are"),
    "thousandfold": ({"stream": streamed(bid=lambda q: q.bid * 1000, ask=lambda q: q.ask * 1000)}, "1,000 times"),
    "seconds": ({"stream": streamed(time=lambda q: q.time // 1000)}, "57 years behind the venue's clock"),
    "off tick": ({"stream": streamed(bid=lambda q: q.bid + TICK / 3)}, "not on their ticks"),
    "contract size x10": ({"listed": changed(contract_size=lambda i: i.contract_size * 10)},
                          "contract size x price is 10 times the quote volume"),
    "volumes exchanged": ({"ticker": changed(base_volume=lambda t: t.quote_volume,
                                             quote_volume=lambda t: t.base_volume)}, "exchanged"),
    "change in percent": ({"ticker": changed(change_24h=lambda t: t.change_24h * 100)}, "lead out of the day's"),
    "rate in percent": ({"funding": changed(rate=lambda f: f.rate * 100)}, "percent taken for a fraction"),
    "rate beyond its cap": ({"funding": changed(rate=lambda f: 0.05)}, "beyond their caps"),
    "next but one": ({"funding": changed(next_time=lambda f: f.next_time + 8 * H)}, "further ahead than one interval"),
    "funding in seconds": ({"funding": changed(next_time=lambda f: f.next_time // 1000)}, "the next funding was"),
    "minutes for hours": ({"funding": changed(interval_h=lambda f: f.interval_h / 60)}, "further ahead than one"),
    "hours for minutes": ({"funding": changed(interval_h=lambda f: f.interval_h * 60)}, "of 480 h"),
    "marks of another": ({"funding": changed(mark=lambda f: f.mark * 7, index=lambda f: f.index * 7)},
                         "marks and indices"),
    "index of another": ({"funding": changed(index=lambda f: f.index / 3)}, "marks and indices"),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_everywhere_is_the_venues_and_nothing_is_proven_before_it_is_told(
    parts: dict[str, Change], words: str
) -> None:
    venue = Venue(**parts)  # type: ignore[arg-type] # the parts are changes
    for _ in range(30):
        finding = venue.run(0.25)
        assert Proof.PROVEN not in venue.proofs().values()
        if finding.venue:
            break
    assert words in finding.venue
    assert finding.venue.endswith(" markets")
    assert set(venue.proofs().values()) == {Proof.DOUBTFUL}


@pytest.mark.parametrize("side", ["bid", "ask"])
def test_a_side_that_never_moves_is_told_before_anything_counts(side: str) -> None:
    first: dict[str, Quote] = {}

    def still(quote: Quote, draw: random.Random) -> Quote:
        before = first.setdefault(quote.symbol, quote)
        if side == "bid":
            return replace(quote, bid=before.bid, bid_size=before.bid_size)
        return replace(quote, ask=before.ask, ask_size=before.ask_size)

    venue = Venue(stream=still, sigma=1e-6)
    while not venue.run(0.25).venue:
        assert Proof.PROVEN not in venue.proofs().values()
        assert venue.now < NOW + 20 * S
    assert f"the {side} never changes on the stream" in venue.finding.venue


def test_what_rest_alone_told_before_the_stream_spoke_is_not_held_against_it() -> None:
    venue = Venue()
    late = venue.symbols[-1]
    venue.paces[late] = 0.0
    venue.table.down(VENUE, [late], "not subscribed yet", venue.now)
    asks = iter(range(1, 100))

    def moving(quote: Quote, draw: random.Random) -> Quote:
        return replace(quote, ask=(quote.ask or 0.0) + TICK * next(asks)) if quote.symbol == late else quote

    venue.rest = moving
    venue.run(12.0)
    venue.rest = same
    venue.table.up(VENUE, [late], venue.now)
    finding = venue.run(6.0)
    assert dict(finding.rows) == {}
    assert venue.proofs()[late] == Proof.PROVEN


def test_one_odd_row_costs_only_itself_and_is_let_back_in_when_it_is_right_again() -> None:
    venue = Venue(stream=only(["S7USDT"], streamed(bid=lambda q: q.bid * 2, ask=lambda q: q.ask * 2)))
    finding = venue.run(6.0)
    assert finding.venue == ""
    assert list(finding.rows) == ["S7USDT"]
    assert "its stream says" in finding.rows["S7USDT"]
    proofs = venue.proofs()
    assert proofs.pop("S7USDT") == Proof.DOUBTFUL
    assert {proofs[symbol] for symbol in venue.symbols[2:] if symbol in proofs} == {Proof.PROVEN}
    venue.stream = same
    venue.run(6.0)
    assert venue.finding.rows == {}
    assert venue.proofs()["S7USDT"] == Proof.PROVEN


def test_a_venue_that_turns_wrong_later_is_doubted_as_a_whole_and_proven_again_when_right() -> None:
    venue = Venue()
    venue.run(5.0)
    assert venue.proofs()["S7USDT"] == Proof.PROVEN
    venue.stream = streamed(bid_size=lambda q: q.bid_size * 10, ask_size=lambda q: q.ask_size * 10)
    venue.run(5.0)
    assert "sizes streamed are 10 times" in venue.finding.venue
    assert set(venue.proofs().values()) == {Proof.DOUBTFUL}
    venue.stream = same
    venue.run(6.0)
    assert venue.finding.venue == ""
    assert venue.proofs()["S7USDT"] == Proof.PROVEN


def test_a_crossed_book_and_an_empty_side_that_rest_tells_too_are_no_contradiction() -> None:
    crossed = only(["S5USDT"], streamed(bid=lambda q: q.ask, ask=lambda q: q.bid))
    one_sided = only(["S6USDT"], streamed(bid=lambda q: None, bid_size=lambda q: None))

    def odd(quote: Quote, draw: random.Random) -> Any:
        return one_sided(crossed(quote, draw), draw)

    finding = Venue(stream=odd, rest=odd).run(8.0)
    assert (finding.venue, finding.rows) == ("", {})


def test_a_quote_said_again_or_to_a_new_subscriber_may_be_old() -> None:
    old = only(["S0USDT", "S1USDT", "S2USDT"], streamed(time=lambda q: q.time - 600 * S))
    finding = Venue(stream=old).run(8.0)
    assert (finding.venue, finding.rows) == ("", {})


def test_nothing_is_proven_without_the_rest_list_and_the_words_say_what_is_missing() -> None:
    venue = Venue()
    for _ in range(60):
        venue.move()
        venue.tell()
        venue.now += S // 4
        venue.look()
    assert venue.finding.waits == "its REST list of quotes"
    assert set(venue.proofs().values()) == {Proof.UNPROVEN}
    venue.run(3.0)
    assert Proof.PROVEN in venue.proofs().values()


def test_a_list_that_tells_prices_alone_proves_as_soon_and_still_tells_other_products() -> None:
    bare = changed(bid_size=lambda _: None, ask_size=lambda _: None)
    venue = Venue(rest=bare)
    assert venue.run(6.0).waits == ""
    assert {venue.proofs()[symbol] for symbol in venue.symbols[venue.quiet :]} == {Proof.PROVEN}
    venue.run(30.0)
    assert (venue.finding.venue, venue.finding.rows) == ("", {})
    wrong = Venue(rest=bare, stream=WRONG["another product"][0]["stream"])
    assert WRONG["another product"][1] in wrong.run(6.0).venue


def test_a_rest_list_of_which_most_cannot_be_read_is_told_with_the_reason() -> None:
    venue = Venue()
    venue.evidence.read("funding", 2, ["expected hours up to 24"] * 30)
    assert "30 of 32 rows of its REST list of funding cannot be read: expected hours up to 24" in venue.run(1.0).venue
    venue.evidence.read("funding", 31, ["odd"])
    assert venue.run(4.0).venue == ""


def test_new_units_begin_the_proof_anew_and_a_row_that_moves_keeps_its_own() -> None:
    venue = Venue()
    venue.run(5.0)
    listed = [i for i in venue.table.layout.instruments[0] if i is not None]
    first = venue.proofs()
    more = [*(instrument(f"A{n}USDT", VENUE, tick_size=TICK) for n in range(30)), *listed]
    venue.table.relist(VENUE, more, venue.now)
    assert venue.proofs() == first
    rebased = [replace(i, contract_size=10.0) if i.symbol == "S7USDT" else i for i in more]
    venue.table.relist(VENUE, rebased, venue.now)
    assert venue.proofs() == first | {"S7USDT": Proof.UNPROVEN}
    retick = [replace(i, tick_size=TICK / 10) if i.symbol == "S8USDT" else i for i in rebased]
    venue.table.relist(VENUE, retick, venue.now)
    assert venue.proofs()["S8USDT"] == Proof.PROVEN
