"""Turn what a deep look at a venue saw into the lines of a report."""

from collections.abc import Iterator, Mapping
from concurrent.futures import TimeoutError as NotDoneError
from typing import TYPE_CHECKING

import numpy as np

from arbwatch.cli.deep import CUT, Answered, Look, acked_topics
from arbwatch.cli.report import Line
from arbwatch.connector.unread import Unread, examine
from arbwatch.market.codes import Proof, RowState
from arbwatch.views.formats import counted

if TYPE_CHECKING:
    from arbwatch.net.ear import Heard
    from arbwatch.views.picture import Picture

NAMED = 5
"""So many of one sort are named; the rest is counted."""
RAW_SHOWN = 300
REPLACED = "replaced"
_OURS = (CUT, "stopped", REPLACED, "not needed")


def lines(look: Look, picture: "Picture", questions: Mapping[str, str]) -> Iterator[Line]:
    """Tell everything that was seen; `questions` says by channel what only live data can answer."""
    yield from _sockets(look)
    yield from _rest(look)
    if look.app.engine.listed(look.name):
        yield from _streams(look)
        yield _heartbeat(look)
        yield _reconnect(look)
        yield from _busy(look)
        yield from _proof(look, picture)
    status = next((status for status in picture.venues if status.venue == look.name), None)
    for reject in (status.last_rejects if status else ())[-NAMED:]:
        yield Line("rejected", False, f"{reject.what}: {reject.reason}: {reject.raw[:RAW_SHOWN]}")
    unread = examine(look.ear.venue, [heard.kept for heard in look.ear.conns.values()])
    yield from _unread(unread)
    for channel, question in sorted(questions.items()):
        yield Line(f"open: {channel}", None, f"{question}; seen here: {_observed(look, channel, unread)}")


def _sockets(look: Look) -> Iterator[Line]:
    heard = look.ear.conns
    lost = {name: one for name, one in heard.items() if one.closed is not None and one.reason not in _OURS}
    if not heard:
        yield Line("sockets", False, "none was opened")
        return
    words = f"{len(heard)} opened, {sum(one.frames for one in heard.values()):,} messages"
    yield Line("sockets", not lost, words + (f"; {len(lost)} lost" if lost else ", none lost but by us"))
    if replaced := sum(one.reason == REPLACED for one in heard.values()):
        words = f"{replaced} had to be: silent or frozen while the venue moved, or asked to by the venue"
        yield Line("sockets replaced", False, words)
    for name, one in list(lost.items())[:NAMED]:
        lived = ((one.closed or 0) - one.opened) / 1e9
        yield Line("socket lost", False, f"{name} after {lived:.1f} s: {one.reason}")


def _rest(look: Look) -> Iterator[Line]:
    for path, words in sorted(look.ear.refusals.items()):
        yield Line("REST refused", False, f"{path}: {words}")
    for name, future in look.polls.items():
        try:
            found = future.result(0)
        except NotDoneError:
            yield Line(f"REST {name}", False, "no answer in time")
            continue
        except Exception as problem:  # noqa: BLE001 whatever a flow raises is what the report is for
            yield Line(f"REST {name}", False, f"{type(problem).__name__}: {problem}")
            continue
        yield Line(f"REST {name}", not found.trouble and not found.rejects and found.rows > 0, _answered(found))


def _answered(found: Answered) -> str:
    if found.trouble:
        return found.trouble
    words = f"{counted(found.rows, 'row')} in {found.ms:,.0f} ms"
    if found.rejects:
        last = found.rejects[-1]
        words += f"; {len(found.rejects):,} could not be read, such as {last.reason}: {last.raw[:RAW_SHOWN]}"
    return words


def _streams(look: Look) -> Iterator[Line]:
    counts = acked_topics(look.app, look.name)
    told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items())) or "none"
    when = "not all quote streams" if look.acked is None else f"all quote streams after {look.acked:.1f} s"
    yield Line("acknowledged", look.acked is not None, f"{told}; {when}")
    words = "none came" if look.first_quote is None else f"the first came after {look.first_quote:.1f} s"
    yield Line("quotes", look.first_quote is not None, words)
    if look.mute:
        names = sorted(look.mute)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        words = f"{len(names)} streams were acknowledged and stayed silent while REST saw their market move: "
        yield Line("silent streams", False, words + ", ".join(names[:NAMED]) + more)


def _heartbeat(look: Look) -> Line:
    conns, facts = list(look.ear.conns.values()), look.ear.venue.heartbeat
    pings, pongs = sum(one.pings for one in conns), sum(one.pongs for one in conns)
    theirs, ours = sum(one.their_pings for one in conns), sum(one.our_pongs for one in conns)
    words = f"{pings} pings of ours, {pongs} answered"
    if pongs:
        words += f", the slowest after {max(one.slowest_pong_ms for one in conns):,.0f} ms"
    if facts.server_ping_s:
        words += f"; {theirs} pings of theirs (one is due every {facts.server_ping_s:g} s), {ours} answered"
    # What was asked last on each socket may still be under way.
    unanswered = sum(_deaf(one) for one in conns)
    if not pings and not theirs:
        return Line("heartbeat", None, f"{words}: too short a look to tell")
    return Line("heartbeat", not unanswered and theirs == ours, words)


def _deaf(one: "Heard") -> bool:
    return one.pings > one.pongs + 1 or (one.pings > 0 and one.pongs == 0 and "half-open" in one.reason)


def _reconnect(look: Look) -> Line:
    cut = look.cut
    if cut is None:
        return Line("reconnect", None, "no socket was there to be cut off")
    rows = f"{cut.share:.0%} of its {len(cut.symbols)} rows"
    if cut.back is not None and cut.acked is not None:
        words = f"acknowledged again after {cut.acked - cut.at:.1f} s, {rows} live after {cut.back - cut.at:.1f} s"
        return Line("reconnect", True, f"{cut.socket} was cut off: {words}")
    if cut.acked is not None:
        words = f"acknowledged again after {cut.acked - cut.at:.1f} s, but only {rows} are live by the end"
        return Line("reconnect", None, f"{cut.socket} was cut off: {words}")
    return Line("reconnect", False, f"{cut.socket} was cut off and is not back by the end")


def _busy(look: Look) -> Iterator[Line]:
    if not look.busy:
        return
    if look.book is not None:
        if look.joined is not None:
            bids, asks = look.book.levels(1000)
            words = f"whole after {look.joined - look.asked:.1f} s, {len(bids)} bids and {len(asks)} asks"
            yield Line(
                "book", look.book.valid, f"{look.busy}: {words}" + ("" if look.book.valid else f"; {look.book.reason}")
            )
        else:
            yield Line("book", False, f"{look.busy}: never whole: {look.book.reason}")
    if "trade" in look.ear.venue.channels:
        words = "none came" if look.traded is None else f"the first after {look.traded - look.asked:.1f} s"
        yield Line("trades", None if look.traded is None else True, f"{look.busy}: {words}")


def _proof(look: Look, picture: "Picture") -> Iterator[Line]:
    snapshot = picture.snapshot
    lane = snapshot.lane(look.name)
    there = np.isin(snapshot.state[lane], (RowState.LIVE, RowState.SUSPECT))
    counts = {proof: int((there & (snapshot.proof[lane] == proof)).sum()) for proof in Proof}
    doubts = {symbol: words for (venue, symbol), words in picture.doubts.items() if venue == look.name}
    told = f"{counts[Proof.PROVEN]} of {int(there.sum())} live rows agree with themselves"
    whole = doubts.pop("", "")
    waits = whole if whole and not counts[Proof.DOUBTFUL] and not counts[Proof.PROVEN] else ""
    ok = None if waits else not whole and not doubts
    yield Line("proof", ok, told + (f"; {whole}" if whole else ""))
    for symbol, words in sorted(doubts.items())[:NAMED]:
        yield Line("doubtful", False, f"{symbol}: {words}")
    if len(doubts) > NAMED:
        yield Line("doubtful", False, f"and {len(doubts) - NAMED} more")


def _unread(unread: Unread) -> Iterator[Line]:
    for shape, count in unread.kinds.most_common(NAMED):
        yield Line("passed over", None, f"{count:,} like {shape}: {unread.samples[shape]}")
    for kind, names in sorted(unread.fields.items()):
        yield Line("fields unread", None, f"{kind}: {', '.join(sorted(names)[:40])}")


def _observed(look: Look, channel: str, unread: Unread) -> str:
    if channel.startswith("rest:"):
        future = look.polls.get(channel.removeprefix("rest:"))
        return _answered(future.result(0)) if future and future.done() and not future.exception() else "no answer"
    if channel == "listing":
        return f"{len(look.app.engine.instruments(look.name)):,} instruments"
    if channel == "book" and look.book is not None:
        return f"{look.busy} {'joined' if look.joined is not None else look.book.reason}"
    if channel == "heartbeat":
        return _heartbeat(look).words
    if channel not in look.ear.venue.channels and channel != "ack":
        return "nothing that would tell"
    count = unread.read.get(channel, 0)
    return f"{counted(count, 'message')} of it among the first of each socket" if count else "no message of it"
