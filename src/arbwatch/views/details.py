"""Everything that is known about one row, in words."""

from __future__ import annotations

import msgspec

from arbwatch.analytics.spreads import Spread
from arbwatch.market.codes import RowState
from arbwatch.views import formats
from arbwatch.views.columns import BY_ID
from arbwatch.views.listing import Key
from arbwatch.views.readings import assumed
from arbwatch.views.sheet import Sheet
from arbwatch.views.text import plain
from arbwatch.views.words import STATES, Tone

_NUMERIC = ("bid", "bid_size", "ask", "ask_size", "spread_bps", "last", "change_24h", "high", "low", "quote_volume")
_UNITS = {"spread_bps": " bps", "change_24h": " %", "tick_bps": " bps"}


class Fact(msgspec.Struct, frozen=True):
    """One thing known; a fact without a value is a heading."""

    name: str
    value: str = ""
    tone: Tone = ""


def page(sheet: Sheet, row: int) -> str | None:
    """Return the address of the page where row `row` is traded; None where the venue names none."""
    instrument = sheet.instrument(row)
    name = sheet.picture.pages.get(instrument.venue)
    return name(instrument) if name else None


def details(sheet: Sheet, row: int) -> list[Fact]:
    """Return what is known about row `row`, grouped under headings."""
    parts = (_row, _legs, _now, _funding, _units, _listed)
    return [fact for part in parts for fact in part(sheet, row)]


def _row(sheet: Sheet, row: int) -> list[Fact]:
    instrument = sheet.instrument(row)
    word, tone, sentence = STATES[sheet.state(row)]
    return [
        Fact(f"{plain(instrument.symbol)} on {plain(instrument.venue)}"),
        Fact("state", f"{word}: {sentence}", tone),
        Fact("page", plain(page(sheet, row) or formats.UNKNOWN)),
    ]


def _listed(sheet: Sheet, row: int) -> list[Fact]:
    instrument = sheet.instrument(row)
    return [
        Fact("As listed"),
        Fact("asset", plain(instrument.asset) if instrument.asset else "not decided"),
        Fact("base", plain(instrument.base)),
        Fact("prices in", plain(instrument.quote_currency)),
        Fact("settles in", plain(instrument.settle_currency) if instrument.settle_currency else formats.UNKNOWN),
        Fact("market", f"{instrument.market}, {instrument.class_}"),
        Fact("status", instrument.status),
        Fact("since", formats.moment(instrument.listed)),
    ]


def _now(sheet: Sheet, row: int) -> list[Fact]:
    facts = [Fact("Now")]
    for name in _NUMERIC:
        column = BY_ID[name]
        facts.append(_fact(column.id.replace("_", " ").removesuffix(" bps"), column.text(sheet, row), name))
    source = {1: "stream", 2: "REST"}.get(int(sheet.column("source")[row]), formats.UNKNOWN)
    lag = sheet.number("lag", row)
    gap = sheet.number("gap", row)
    return [
        *facts,
        Fact("came by", source),
        Fact("changed", _ago(BY_ID["age_s"].text(sheet, row))),
        Fact("confirmed", _ago(BY_ID["unconfirmed_s"].text(sheet, row))),
        Fact("usual gap", formats.milliseconds(None if gap is None else gap / 1e6)),
        Fact("on the way", formats.lag(None if lag is None else lag / 1e6)),
        Fact("messages", formats.count(sheet.number("messages", row))),
    ]


def _funding(sheet: Sheet, row: int) -> list[Fact]:
    if sheet.instrument(row).market != "perp":
        return []
    tick = sheet.instrument(row).tick_size
    source = sheet.interval_source(row)
    known = f" (from {source})" if source else ""
    if assumed(sheet, row):
        known = " (the venue's default: not told for this symbol)"
    interval = formats.hours(sheet.number("interval_h", row))
    limits = (formats.percent(sheet.number(name, row)) for name in ("floor", "cap"))
    status = sheet.funding_status(row)
    return [
        Fact("Funding"),
        Fact("rate", _with(formats.percent(sheet.number("rate", row), 4), " %") + (f", {status}" if status else "")),
        Fact("per year", _with(BY_ID["funding_year"].text(sheet, row).strip(" *"), " %")),
        Fact("interval", interval + (known if interval != formats.UNKNOWN else "")),
        Fact("next in", BY_ID["countdown_s"].text(sheet, row)),
        Fact("floor, cap", ", ".join(_with(limit, " %") for limit in limits)),
        Fact("mark", formats.price(sheet.number("mark", row), tick)),
        Fact("index", formats.price(sheet.number("index", row), tick)),
        Fact("mark-index", _with(BY_ID["mark_index"].text(sheet, row), " %")),
    ]


def _units(sheet: Sheet, row: int) -> list[Fact]:
    instrument = sheet.instrument(row)
    facts = [
        Fact("Units"),
        Fact("multiplier", f"{instrument.multiplier:,} {plain(instrument.asset or 'asset units')} per price unit"),
        Fact("contract", f"{formats.number(instrument.contract_size)} asset units per size unit"),
        Fact("tick", formats.number(instrument.tick_size)),
        _fact("tick in bps", BY_ID["tick_bps"].text(sheet, row), "tick_bps"),
        Fact("lot", formats.number(instrument.lot_size)),
        Fact("least order", _with(formats.number(instrument.min_notional), f" {plain(instrument.quote_currency)}")),
    ]
    if instrument.multiplier != 1:
        for side in ("bid", "ask"):
            value = sheet.number(side, row)
            tick = instrument.tick_size / instrument.multiplier if instrument.tick_size else None
            facts.append(Fact(f"{side} per unit", formats.price(value and value / instrument.multiplier, tick)))
    return facts


def _legs(sheet: Sheet, row: int) -> list[Fact]:
    key: Key = sheet.listing.keys[row]
    spreads = sheet.picture.spreads
    facts = [Fact("As a leg")]
    facts += [Fact("pair", _legs_of(spread), "good") for spread in spreads.found if key in _keys(spread)]
    facts += [
        Fact("excluded", f"{_legs_of(entry.spread)}; {plain(entry.reason)}", "warn")
        for entry in spreads.excluded
        if key in _keys(entry.spread)
    ]
    return facts if len(facts) > 1 else [*facts, Fact("none", _why_none(sheet, row))]


def _keys(spread: Spread) -> tuple[Key, Key]:
    return (spread.buy.venue, spread.buy.symbol), (spread.sell.venue, spread.sell.symbol)


def _legs_of(spread: Spread) -> str:
    bps = formats.bps(spread.gross)
    return f"buy on {plain(spread.buy.venue)}, sell on {plain(spread.sell.venue)}: {bps} bps"


def _why_none(sheet: Sheet, row: int) -> str:
    state = sheet.state(row)
    if state != RowState.LIVE:
        return STATES[state][2]
    sides = [side for side in ("bid", "ask") if sheet.number(side, row) is None]
    if sides:
        return f"Its book has no {' and no '.join(sides)}."
    if sheet.instrument(row).class_ != "crypto":
        return f"It stands for a {sheet.instrument(row).class_}, not for a coin."
    return "There is no market of the same coin and currency to compare it with, or that one does not count."


def _ago(text: str) -> str:
    return text if text == formats.UNKNOWN else f"{text} ago"


def _with(text: str, unit: str) -> str:
    return text if text == formats.UNKNOWN else text + unit


def _fact(name: str, text: str, column: str) -> Fact:
    return Fact(name, _with(text, _UNITS.get(column, "")))
