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
    parts = [f"{formats.count(totals.rows)} rows", f"{formats.count(totals.rate)} msg/s"]
    if frozen is None or width >= 100:
        parts.append(f"every {_every(refresh_ms)}")
    text.append("".join(f" · {part}" for part in parts), style("", ground=RAISED))
    if frozen is not None:
        since = formats.duration(picture.now - frozen.now)
        text.append("  ")
        text.append(f" FROZEN since {formats.clock(frozen.now)} ({since}) ", _FROZEN)
    else:
        tone = "bad" if picture.clock else "good"
        text.append(" · ", style("", ground=RAISED))
        text.append("clock wrong" if picture.clock else "clock ok", style(tone, ground=RAISED))
    return text


def notices(picture: Picture) -> Text:
    """Say what is wrong or still starting, a line each; empty where all is well."""
    lines = []
    if picture.clock:
        lines.append(Text(f" {plain(picture.clock)}", style("bad")))
    for status in picture.venues:
        if status.state in ("down", "blocked"):
            words = f" {plain(status.venue)} is {status.state}: {health.failure(status)}"
            lines.append(Text(words, style("bad")))
    lines.extend(Text(f" {plain(entry.venue)}: {health.progress(entry)}", style("warn")) for entry in picture.progress)
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Text("\n").join(lines)


def start(picture: Picture) -> Text:
    """Say how far each venue has come before there is a first row, or why none comes."""
    states = {status.state for status in picture.venues}
    failed = bool(states) and states <= {"down", "blocked"}
    text = Text()
    title = "No venue can be reached" if failed else "Reading the markets"
    text.append(f"\n{title}\n\n", style("bad" if failed else "strong", bold=True))
    entries = {entry.venue: entry for entry in picture.progress}
    width = max((len(plain(status.venue)) for status in picture.venues), default=0)
    for status in picture.venues:
        text.append(f"{plain(status.venue):<{width}}  ", style("strong"))
        entry = entries.get(status.venue)
        if status.state in ("down", "blocked"):
            text.append(f"{status.state}: {health.failure(status)}\n", style(VENUE_TONES[status.state]))
            text.append(f"{'':<{width}}  {health.advice(status)}\n", style(""))
        elif entry is not None:
            text.append(_bar(entry.done, entry.total), style("good"))
            text.append(f"{health.progress(entry)}\n", style(""))
        else:
            text.append(f"{status.state}\n", style(VENUE_TONES.get(status.state, "")))
    if failed:
        text.append("\nThe rows appear here as soon as one answers. 3 shows more, q quits.\n", style("dim"))
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
    broken = wrap(words, max(width - _NAME - 2, 16), break_on_hyphens=False)
    text.append(f"\n{'':<{_NAME + 2}}".join(broken) + "\n", style(look))


def _bar(done: int, total: int) -> str:
    if not total:
        return ""
    full = round(_BAR * min(done / total, 1))
    return "━" * full + "╌" * (_BAR - full) + "  "


def _every(ms: int) -> str:
    return f"{ms} ms" if ms < 1000 else f"{ms / 1000:g} s"
