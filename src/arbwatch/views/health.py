"""The health of every venue in words: what works, what does not, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from arbwatch.market.health import SocketHealth, VenueStatus
from arbwatch.views.formats import clock, count, counted, lag, milliseconds
from arbwatch.views.picture import Picture, Progress
from arbwatch.views.text import plain
from arbwatch.views.words import VENUE_TONES, Tone

_RAW_SHOWN = 400
"""Characters of a rejected message that a screen shows."""

_ADVICE: dict[str, str] = {
    "unreachable": "It is tried again by itself. A proxy is taken from HTTPS_PROXY or the settings.",
    "blocked": "The venue does not serve this network or country. Reach it from one it serves, or leave it out.",
    "forbidden": "The venue refuses this address. Wait, change the network, or leave the venue out.",
    "banned": "Too many requests from this address; nothing is sent until the ban is over.",
    "throttled": "The venue asks for fewer requests; waiting as long as it says.",
    "failing": "The venue has trouble of its own; it is tried again by itself.",
    "ok": "The connection is tried again by itself.",
}


class Line(msgspec.Struct, frozen=True):
    """One line of text; `indent` in characters. Everything from outside is already harmless."""

    text: str
    tone: Tone = ""
    indent: int = 0


class Totals(msgspec.Struct, frozen=True):
    """What the head of a screen says about everything."""

    up: int
    venues: int
    rows: int
    live: int
    rate: float
    """Messages per second."""


def totals(picture: Picture, rows: int) -> Totals:
    """Add up the venues of a picture with `rows` rows."""
    venues = picture.venues
    return Totals(
        up=sum(venue.state in ("up", "stale", "doubtful") for venue in venues),
        venues=len(venues),
        rows=rows,
        live=sum(venue.live for venue in venues),
        rate=sum(venue.rate_s or 0.0 for venue in venues),
    )


def advice(status: VenueStatus) -> str:
    """Say what to do about a venue that does not speak."""
    return _ADVICE.get(status.rest_state or "ok", _ADVICE["ok"])


def offset(status: VenueStatus) -> str:
    """Say how a venue's clock stands to this machine's."""
    apart, tolerance = status.clock_offset_ms, status.clock_tolerance_ms or 0.0
    if apart is None:
        return "not known yet"
    give = f", give or take {milliseconds(tolerance)}" if tolerance else ""
    if abs(apart) <= max(tolerance, 1.0):
        return f"the same as ours{give}"
    return f"{milliseconds(abs(apart))} {'ahead of' if apart > 0 else 'behind'} ours{give}"


def failure(status: VenueStatus) -> str:
    """Say what went wrong last, in the best words there are."""
    return plain(status.rest_words or status.last_error or status.note or "no answer yet")


def troubles(picture: Picture) -> list[Line]:
    """Say for each venue that does not speak what failed and what to do."""
    found: list[Line] = []
    for status in picture.venues:
        if status.state in ("down", "blocked"):
            found.append(Line(f"{plain(status.venue)} is {status.state}: {failure(status)}", "bad"))
            found.append(Line(advice(status), "", 2))
    return found


def progress(entry: Progress) -> str:
    """Say how far a venue has come: "subscribing 312 of 412"."""
    if entry.total:
        return f"{plain(entry.stage)} {count(entry.done)} of {count(entry.total)}"
    return plain(entry.stage)


def health(picture: Picture) -> list[Line]:
    """Return the whole health panel."""
    found = [_clock(picture), load(picture)]
    for status in picture.venues:
        found.append(Line(""))
        found.extend(_venue(status, picture))
    return found


def load(picture: Picture) -> Line:
    """Say how the program itself keeps up, and what is not followed because it does not."""
    known = picture.load
    if known.late_ms is None:
        return Line("How busy the program is has not been measured yet.", "dim")
    busy = "" if known.busy is None else f", busy {known.busy:.0%} of the time"
    dropped = ""
    if known.dropped:
        dropped = f"; {count(known.dropped)} of {counted(known.markets, 'market')} not followed, least traded first"
    if known.behind:
        return Line(f"The program falls behind: up to {milliseconds(known.late_ms)} late{busy}{dropped}.", "bad")
    return Line(f"The program keeps up{busy}{dropped}.", "warn" if dropped else "good")


def compared(picture: Picture) -> bool:
    """Tell whether this machine's clock was compared with any venue's."""
    return any(status.clock_offset_ms is not None for status in picture.venues)


def _clock(picture: Picture) -> Line:
    if picture.clock:
        return Line(picture.clock, "bad")
    if compared(picture):
        return Line("This machine's clock agrees with the venues'.", "good")
    return Line("This machine's clock has not been compared with any venue's yet.", "dim")


def _venue(status: VenueStatus, picture: Picture) -> Iterator[Line]:
    note = f": {plain(status.note)}" if status.note else ""
    yield Line(f"{plain(status.venue)} is {status.state}{note}", VENUE_TONES.get(status.state, ""))
    for entry in picture.progress:
        if entry.venue == status.venue:
            yield Line(progress(entry), "warn", 2)
    yield Line(
        f"{count(status.live)} of {counted(status.instruments, 'instrument')} live, "
        f"{f'{count(status.polled)} polled over REST, ' if status.polled else ''}"
        f"{count(status.rate_s)} messages/s, {count(status.messages)} so far",
        indent=2,
    )
    yield Line(_ages(status), indent=2)
    yield Line(f"{_lag(status)}; its clock is {offset(status)}", indent=2)
    for detour in status.detours:
        if detour not in status.note:
            yield Line(plain(detour), "warn", 2)
    yield Line(_rest(status), "" if status.rest_state == "ok" else "warn", 2)
    read = f"{counted(status.rejected, 'message')} could not be read"
    yield Line(f"{counted(status.reconnects, 'reconnect')}, {read}", indent=2)
    if status.last_error and not (status.note and status.note in status.last_error):
        yield Line(f"last error: {plain(status.last_error)}", "warn", 2)
    if status.state in ("down", "blocked"):
        yield Line(advice(status), "strong", 2)
    yield from _sockets(status)
    yield from _rejects(status)


def _ages(status: VenueStatus) -> str:
    if status.age_p50_ms is None:
        return "no quotes yet"
    return (
        f"half of the quotes changed in the last {milliseconds(status.age_p50_ms)}, "
        f"99 % were confirmed in the last {milliseconds(status.unconfirmed_p99_ms)}"
    )


def _lag(status: VenueStatus) -> str:
    middle, late = status.lag_p50_ms, status.lag_p99_ms
    if middle is None or late is None:
        return "how long quotes are on the way is not known"
    if late <= 0:
        return f"quotes are on the way for {lag(late)}"
    return f"quotes are on the way for {lag(middle)} (median), {lag(late)} (99 %)"


def _rest(status: VenueStatus) -> str:
    told = not status.rest_words or status.rest_words in status.note
    words = "" if told else f" - {plain(status.rest_words)}"
    used = f", {count(status.rest_used)} of its budget used" if status.rest_used is not None else ""
    return f"REST: {status.rest_state or 'not asked yet'}{used}{words}"


def _sockets(status: VenueStatus) -> Iterator[Line]:
    for socket in status.sockets:
        yield Line(_socket(socket), "" if socket.state in ("live", "renewing") else "warn", 2)


def _socket(socket: SocketHealth) -> str:
    silent = milliseconds(socket.age_ms)
    words = (
        f"socket {plain(socket.name)} on {plain(socket.route)}: {socket.state}, "
        f"{count(socket.live_topics)} of {counted(socket.topics, 'stream')}, {count(socket.rate_s)} messages/s, "
        f"{f'the last {silent} ago' if silent != '-' else 'none yet'}, {counted(socket.reconnects, 'reconnect')}"
    )
    return words + (f"; {plain(socket.error)}" if socket.error else "")


def _rejects(status: VenueStatus) -> Iterator[Line]:
    for reject in status.last_rejects:
        yield Line(f"{clock(reject.time)} could not read {plain(reject.what)}: {plain(reject.reason)}", "warn", 2)
        yield Line(plain(reject.raw, _RAW_SHOWN), "dim", 4)
