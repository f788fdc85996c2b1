"""Texts of the board that are no table: the head, the start, health, troubles."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich.text import Text

from arbwatch.ui.terminal.look import ACCENT, RAISED, style
from arbwatch.views import formats, health
from arbwatch.views.details import Fact
from arbwatch.views.picture import Picture
from arbwatch.views.text import plain
from arbwatch.views.words import VENUE_TONES, Tone

ROOMY = 110
"""Cells from which the head has room for everything."""
_BAR = 24
_NAME = 14
_FROZEN = f"bold {RAISED} on {ACCENT}"


def head(picture: Picture, rows: int, refresh_ms: int, frozen: Picture | None, width: int) -> Text:
    """Say how everything is, on one line."""
    totals = health.totals(picture, rows)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(" arbwatch ", style("strong", ground=RAISED, bold=True))
    up = "good" if totals.up == totals.venues else "warn" if totals.up else "bad"
    text.append(f" {totals.up} of {totals.venues} venues up", style(up, ground=RAISED))
    parts = [f"{formats.count(totals.rows)} rows"]
    if frozen is None or width >= ROOMY:
        parts += [f"{formats.count(totals.rate)} msg/s", f"every {_every(refresh_ms)}"]
    text.append("".join(f" · {part}" for part in parts), style("", ground=RAISED))
    if frozen is not None:
        since = formats.duration(picture.now - frozen.now)
        text.append("  ")
        text.append(f" FROZEN since {formats.clock(frozen.now)} ({since}) ", _FROZEN)
    else:
        words, tone = _clock(picture)
        text.append(" · ", style("", ground=RAISED))
        text.append(words, style(tone, ground=RAISED))
    return text


def notices(picture: Picture, width: int) -> Text:
    """Say what is wrong or still starting; empty where all is well."""
    text = Text()
    if picture.clock:
        _notice(text, plain(picture.clock), "bad", width)
    for status in picture.venues:
        if status.state in ("down", "blocked"):
            _notice(text, f"{plain(status.venue)} is {status.state}: {health.failure(status)}", "bad", width)
        elif status.state == "stale" and status.note:
            _notice(text, f"{plain(status.venue)} is stale: {plain(status.note)}", "warn", width)
    if picture.load.behind or picture.load.dropped:
        line = health.load(picture)
        _notice(text, line.text, line.tone, width)
    for waiting in picture.progress:
        _notice(text, f"{plain(waiting.venue)}: {health.progress(waiting)}", "warn", width)
    text.rstrip()
    return text


def start(picture: Picture, width: int) -> Text:
    """Say how far each venue has come before there is a first row, or why none comes, within `width`."""
    states = {status.state for status in picture.venues}
    failed = bool(states) and states <= {"down", "blocked"}
    text = Text()
    title = "No venue can be reached" if failed else "Reading the markets"
    text.append(f"\n{title}\n\n", style("bad" if failed else "strong", bold=True))
    entries = {entry.venue: entry for entry in picture.progress}
    remedies: dict[str, list[str]] = {}
    names = max((len(plain(status.venue)) for status in picture.venues), default=0) + 2
    for status in picture.venues:
        text.append(f"{plain(status.venue):<{names}}", style("strong"))
        entry = entries.get(status.venue)
        if status.state in ("down", "blocked"):
            tone = VENUE_TONES[status.state]
            # What to do is the same for many: it is said once, below, so that all fit on a small screen.
            what, _, check = health.failure(status).partition("; ")
            _beside(text, f"{status.state}: {what}", names, width, tone)
            remedy = f"{check[:1].upper()}{check[1:]}. {health.advice(status)}" if check else health.advice(status)
            remedies.setdefault(remedy, []).append(plain(status.venue))
        elif entry is not None:
            text.append(_bar(entry.done, entry.total), style("good"))
            text.append(f"{health.progress(entry)}\n", style(""))
        else:
            text.append(f"{status.state}\n", style(VENUE_TONES.get(status.state, "")))
    for remedy, venues in remedies.items():
        whose = f"{', '.join(venues)}: " if len(remedies) > 1 else ""
        text.append("\n".join(["", *wrap(whose + remedy, max(width, 20), break_on_hyphens=False), ""]), style(""))
    if failed:
        text.append("\nThe rows appear here as soon as one answers. 4 shows more, q quits.\n", style("dim"))
    elif not picture.venues:
        text.append("No venue is set up.\n", style("warn"))
    return text


def lines(found: Iterable[health.Line], width: int) -> Text:
    """Colour lines of words and break them, what follows standing further in."""
    text = Text()
    for line in found:
        first, rest = " " * line.indent, " " * (line.indent + 2)
        broken = wrap(line.text, max(width, 20), initial_indent=first, subsequent_indent=rest)
        text.append("\n".join(broken) + "\n", style(line.tone, bold=line.text != "" and not line.indent))
    return text


def facts(found: Iterable[Fact], width: int) -> Text:
    """Lay out what is known of a row, a fact a line under headings, within `width`."""
    text = Text()
    for fact in found:
        if fact.value:
            entry(text, fact.name, fact.value, width, look=fact.tone)
        else:
            heading(text, fact.name)
    return text


def heading(text: Text, words: str) -> None:
    """Begin a part of a text."""
    text.append(("\n" if text else "") + words + "\n", style("strong", bold=True))


def entry(text: Text, name: str, words: str, width: int, *, look: Tone = "") -> None:
    """Add a name and words about it, which stay in their own column."""
    text.append(f"  {name:<{_NAME}}", style("dim"))
    _beside(text, words, _NAME + 2, width, look)


def _beside(text: Text, words: str, indent: int, width: int, look: Tone) -> None:
    broken = wrap(words, max(width - indent, 16), break_on_hyphens=False)
    text.append(f"\n{'':<{indent}}".join(broken) + "\n", style(look))


def _notice(text: Text, words: str, look: Tone, width: int) -> None:
    text.append(" ")
    _beside(text, words, 3, width, look)


def _clock(picture: Picture) -> tuple[str, Tone]:
    if picture.clock:
        return "clock wrong", "bad"
    return ("clock ok", "good") if health.compared(picture) else ("clock ?", "dim")


def _bar(done: int, total: int) -> str:
    if not total:
        return ""
    full = round(_BAR * min(done / total, 1))
    return "━" * full + "╌" * (_BAR - full) + "  "


def _every(ms: int) -> str:
    return f"{ms} ms" if ms < 1000 else f"{ms / 1000:g} s"
