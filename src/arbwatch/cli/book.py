"""`arbwatch book`: one whole order book, joined from a snapshot and its changes."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.output import Format, print_csv, print_json, print_table
from arbwatch.cli.words import seconds
from arbwatch.config.errors import ArbwatchError, NoVenueError, WrongUseError
from arbwatch.config.words import nearest

if TYPE_CHECKING:
    from arbwatch.app import App
    from arbwatch.model import Instrument, Trade

STEP_S = 0.05


def book(
    venue: Annotated[str, typer.Argument(metavar="VENUE", help="A venue, as `arbwatch venues` lists it")],
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="A symbol in the venue's own spelling")],
    levels: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Levels of each side")] = 15,
    trades: Annotated[str | None, typer.Option(metavar="TIME", help="Also collect trades for so long")] = None,
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="How long to wait at most")] = "15s",
    format_: Annotated[Format, typer.Option("--format", help="How it is printed")] = Format.table,
    demo: Annotated[bool, typer.Option(help="Look at simulated venues")] = False,
) -> int:
    """Print one order book, in the venue's own units; 5 if the venue did not answer."""
    limit_s = seconds(for_, "--for")
    collect_s = seconds(trades, "--trades") if trades else 0.0
    loaded = begin(only_trouble=True)
    from arbwatch.app import App  # noqa: PLC0415 loaded once the options are known to be right

    with App(loaded.settings, [venue], demo=demo) as app:
        instrument = _instrument(app, venue, symbol, limit_s)
        document = _look(app, instrument, levels, limit_s, collect_s)
    if format_ is Format.json:
        print_json(document)
    elif format_ is Format.csv:
        rows = [
            {"side": side, "price": price, "size": size}
            for side in ("bid", "ask")
            for price, size in document[f"{side}s"]
        ]
        print_csv(rows, ("side", "price", "size"))
    else:
        _print(document, instrument)
    return 0


def _instrument(app: "App", venue: str, symbol: str, limit_s: float) -> "Instrument":
    deadline = time.monotonic() + limit_s
    while not app.engine.listed(venue):
        if time.monotonic() > deadline:
            said = next((s.note or s.last_error for s in app.read().venues), "")
            raise NoVenueError(f"{venue} did not answer. {said}".strip())
        time.sleep(STEP_S)
    known = app.engine.instruments(venue)
    if found := known.get(symbol) or known.get(symbol.upper()):
        return found
    raise WrongUseError(f"{venue} lists no {symbol!r}{nearest(symbol.upper(), known)}")


def _look(app: "App", instrument: "Instrument", levels: int, limit_s: float, collect_s: float) -> dict[str, Any]:
    if collect_s:
        app.engine.watch_trades(instrument.venue, instrument.symbol)
    state = app.engine.watch_book(instrument.venue, instrument.symbol)
    deadline = time.monotonic() + limit_s
    while not state.valid:
        if time.monotonic() > deadline:
            raise ArbwatchError(f"No whole book of {instrument.symbol} within {limit_s:.0f} s: {state.reason}")
        time.sleep(STEP_S)
    if collect_s:
        time.sleep(collect_s)
    bids, asks, seq, moment = app.engine.book_levels(instrument.venue, instrument.symbol, levels)
    return {
        "type": "book",
        "venue": instrument.venue,
        "symbol": instrument.symbol,
        "snapshot": True,
        "seq": seq,
        "prev": None,
        "bids": bids,
        "asks": asks,
        "time": moment,
        "multiplier": instrument.multiplier,
        "contract_size": instrument.contract_size,
        "trades": app.engine.trades(instrument.venue, instrument.symbol) if collect_s else None,
    }


def _print(document: dict[str, Any], instrument: "Instrument") -> None:
    from arbwatch.views import formats  # noqa: PLC0415 views bring numpy along
    from arbwatch.views.text import plain  # noqa: PLC0415 as above

    tick = instrument.tick_size
    columns = [("sum", "right"), ("bid size", "right"), ("bid", "right"), ("ask", "left"), ("ask size", "right")]
    columns.append(("sum", "right"))
    bids, asks = _summed(document["bids"]), _summed(document["asks"])
    rows = []
    for place in range(max(len(bids), len(asks))):
        row = ["", "", "", "", "", ""]
        if place < len(bids):
            price, size, total = bids[place]
            row[:3] = formats.size(total), formats.size(size), formats.price(price, tick)
        if place < len(asks):
            price, size, total = asks[place]
            row[3:] = formats.price(price, tick), formats.size(size), formats.size(total)
        rows.append(row)
    title = f"{document['venue']} {plain(document['symbol'])}"
    if document["bids"] and document["asks"]:
        title += f"  spread {formats.bps(document['asks'][0][0] / document['bids'][0][0] - 1)} bps"
    if instrument.multiplier != 1 or instrument.contract_size != 1:
        title += f"  (a price is for {instrument.multiplier} {plain(instrument.asset or instrument.base)}"
        title += f", a size unit is {formats.number(instrument.contract_size)})"
    print_table(title, columns, rows)
    _print_trades(document["trades"], tick)


def _print_trades(trades: "Sequence[Trade] | None", tick: float | None) -> None:
    if trades is None:
        return
    from arbwatch.views import formats  # noqa: PLC0415 views bring numpy along

    print()
    columns = [("time", "left"), ("taker", "left"), ("price", "right"), ("size", "right")]
    cells = [
        [formats.clock(t.time or t.received), t.side, formats.price(t.price, tick), formats.size(t.size)]
        for t in trades
    ]
    print_table(f"{len(trades)} trades", columns, cells)


def _summed(levels: Sequence[tuple[float, float]]) -> list[tuple[float, float, float]]:
    total = 0.0
    summed = []
    for price, size in levels:
        total += size
        summed.append((price, size, total))
    return summed
