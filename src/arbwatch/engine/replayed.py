"""One venue of a replay: what a feed does with events and answers, without sockets, tasks or a clock of its own."""

from collections.abc import Iterable, Iterator

import numpy as np

from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import Clock, Emission, Reject, Request
from arbwatch.engine.answers import Answer, Answers, Found
from arbwatch.engine.prove import CALM_JUDGE_S, HOUR_S, JUDGE_S, offers
from arbwatch.engine.watch import CALM_GRACE_S
from arbwatch.market.codes import Proof
from arbwatch.market.health import VenueHealth
from arbwatch.market.proof import Evidence, Finding, Proving, judge, look
from arbwatch.market.table import Table
from arbwatch.market.watchdog import findings
from arbwatch.model import Event, Funding, Instrument, Quote, Ticker

NS = 1_000_000_000


class Socket:
    """One recorded connection: a source of its own for every venue that it may serve."""

    def __init__(self, number: int, venues: Iterable["ReplayedVenue"]) -> None:
        self.number = number
        """Later ones are larger."""
        self.alive = True
        self.sources = [(venue, venue.venue()) for venue in venues]
        self.asked: list[tuple[int, Request]] = []
        """Requests that its sources wait to have answered, with the place of the source."""


class ReplayedVenue:
    """Keep one venue's rows as a feed would."""

    def __init__(self, venue: type[Venue], table: Table) -> None:
        self.venue = venue
        self.answers = Answers(venue)
        self.health = VenueHealth(venue.id)
        self.rejects: list[Reject] = []
        self.rejected = 0
        self.quotes = 0
        self.listed = False
        self.finding: Finding | None = None
        self._table = table
        self._door = table.door(venue.id)
        self._homes: dict[str, Socket] = {}
        """Which socket carries each symbol's quotes."""
        self._contradicted: dict[str, int] = {}
        self._evidence = Evidence()
        self._proving = Proving(offers(venue))
        self._judged: int | None = None
        self._hour: int | None = None

    def take(self, socket: Socket, event: Event, now: int) -> bool:
        """Take what a socket brought; False where another socket has taken over from it."""
        if isinstance(event, Quote):
            return self._quote(socket, event, now)
        if isinstance(event, Ticker | Funding):
            self._table.apply(event)
        return True

    def lost(self, socket: Socket, reason: str, now: int) -> None:
        """Make the rows of a socket that is gone stale."""
        socket.alive = False
        gone = [symbol for symbol, home in self._homes.items() if home is socket]
        for symbol in gone:
            del self._homes[symbol]
        self._table.down(self.venue.id, gone, reason, now)

    def answer(self, answer: Answer, now: int) -> Iterator[Event | Instrument]:
        """Take what an answer by REST completed; yields what it tells."""
        for reject in (piece for piece in answer.found if isinstance(piece, Reject)):
            self.reject(reject)
        if answer.what == "listing":
            self.listed = True
            instruments = [piece for piece in answer.found if isinstance(piece, Instrument)]
            changes = self._table.relist(self.venue.id, instruments, now)
            yield from (*changes.added, *changes.changed, *changes.ended)
            return
        if answer.what == "poll":
            self._poll(answer.name, answer.found, answer.sent, now)
        yield from (piece for piece in answer.found if isinstance(piece, Event))

    def reject(self, reject: Reject) -> None:
        """Count a piece that could not be read."""
        self.rejected += 1
        self.rejects.append(reject)
        del self.rejects[:-20]

    def look(self, now: int) -> None:
        """Do what watchdog and proof do now and then."""
        for finding in findings(self._table, now, self.venue.id):
            if finding.kind == "suspect":
                self._table.suspect(self.venue.id, finding.symbol)
        for symbol, since in list(self._contradicted.items()):
            if now - since >= CALM_GRACE_S * NS:
                del self._contradicted[symbol]
                if self._table.silent_since(self.venue.id, symbol, since):
                    self._table.freeze(self.venue.id, symbol, now)
        self._prove(now)

    def _quote(self, socket: Socket, quote: Quote, now: int) -> bool:
        home = self._homes.get(quote.symbol)
        if home is not socket:
            if home is not None and home.number > socket.number:
                return False
            self._homes[quote.symbol] = socket
            self._table.up(self.venue.id, [quote.symbol], now)
        self.quotes += 1
        self._door[quote.symbol] = quote
        return True

    def _poll(self, name: str, found: Iterable[Found | Emission], sent: int, now: int) -> None:
        pieces = list(found)
        quotes = [piece for piece in pieces if isinstance(piece, Quote)]
        rejects = [piece.reason for piece in pieces if isinstance(piece, Reject)]
        for piece in pieces:
            if isinstance(piece, Ticker | Funding):
                self._table.apply(piece)
            elif isinstance(piece, Clock):
                self.health.clock(piece.time - (sent + now) // 2, now - sent)
                self._table.set_clock_offset(self.venue.id, self.health.clock_offset or 0)
        self._evidence.read(name, len(pieces) - len(rejects), rejects)
        self._evidence.counted([piece for piece in pieces if isinstance(piece, Ticker)])
        if quotes:
            self._evidence.quoted(quotes, sent, now)
            differing = self._table.check(self.venue.id, quotes, sent)
            self._contradicted = {symbol: self._contradicted.get(symbol, sent) for symbol in differing}

    def _prove(self, now: int) -> None:
        rows = look(self._table.view(now), self.venue.id, self._evidence)
        if self._hour is None and rows.streaming.any():
            self._hour = now
        if self._hour is not None and now - self._hour > HOUR_S * NS:
            self._hour = now
            self._evidence.begin_anew()
        every_s = JUDGE_S if self.finding is None or self.finding.uneasy else CALM_JUDGE_S
        due = self._judged is None or now - self._judged >= every_s * NS
        if not due and self._evidence.answer is None:
            return
        self._judged = now
        readings = tuple(self._evidence.readings.values())
        self.finding = finding = self._proving.weigh(rows, judge(rows, self._evidence), readings)
        changed = finding.proof != rows.proof
        for proof in Proof:
            places = np.flatnonzero(changed & (finding.proof == proof)).tolist()
            if symbols := [i.symbol for place in places if (i := rows.instruments[place]) is not None]:
                self._table.prove(self.venue.id, symbols, proof)
