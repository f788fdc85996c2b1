"""`arbwatch scan`: connect, look, print, end."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from arbwatch.cli.options import begin
from arbwatch.cli.output import Format, print_csv, print_json, print_table
from arbwatch.cli.wait import answered, wait
from arbwatch.cli.words import names, seconds
from arbwatch.config.errors import WrongUseError
from arbwatch.config.words import nearest

if TYPE_CHECKING:
    from arbwatch.views.picture import Picture

CSV_COLUMNS = (
    "asset", "market_pair", "quote_currency", "buy_venue", "buy_symbol", "buy_price", "buy_size", "buy_age_ms",
    "sell_venue", "sell_symbol", "sell_price", "sell_size", "sell_age_ms", "gross", "exit", "age_diff_ms",
    "needs_short_spot", "reason",
)  # fmt: skip
TABLE_ROWS = 40
PAIRS = ("spot-spot", "spot-perp", "perp-perp")


def scan(
    for_: Annotated[str, typer.Option("--for", metavar="TIME", help="How long to look")] = "10s",
    venues: Annotated[str | None, typer.Option(metavar="A,B", help="Venues; all that are enabled by default")] = None,
    format_: Annotated[Format, typer.Option("--format", help="How it is printed")] = Format.table,
    min_edge: Annotated[float | None, typer.Option(metavar="BPS", help="Least gross edge, basis points")] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="PAIR", help="Market pair: spot-spot, spot-perp or perp-perp")
    ] = None,
    asset: Annotated[str | None, typer.Option(metavar="ASSET", help="One asset only")] = None,
    explain: Annotated[bool, typer.Option(help="Also tell which pairs were left out, and why")] = False,
    demo: Annotated[bool, typer.Option(help="Look at simulated venues")] = False,
) -> int:
    """Connect, look, print what was found, and end; 5 if no venue answered."""
    limit_s = seconds(for_, "--for")
    if kind is not None and kind not in PAIRS:
        raise WrongUseError(f"--kind is {kind!r}{nearest(kind, PAIRS)}; there are {', '.join(PAIRS)}")
    loaded = begin(only_trouble=True)
    from arbwatch.app import App  # noqa: PLC0415 loaded once the options are known to be right
    from arbwatch.views.document import scan_document  # noqa: PLC0415 as above

    with App(loaded.settings, names(venues), demo=demo) as app:
        picture = answered(wait(app, limit_s))
    wanted = _known(asset.upper(), picture) if asset else None
    document = scan_document(picture, asset=wanted, market_pair=kind, min_edge_bps=min_edge)
    if format_ is Format.json:
        print_json(document)
    elif format_ is Format.csv:
        excluded = document["excluded"]["pairs"] if explain else []
        print_csv((flat(spread) for spread in [*document["spreads"], *excluded]), CSV_COLUMNS)
    else:
        _print_tables(document, picture, explain=explain)
    return 0


def _known(asset: str, picture: "Picture") -> str:
    listed = {key[0] for key in picture.snapshot.keys}
    if asset not in listed:
        raise WrongUseError(f"No venue lists the asset {asset!r}{nearest(asset, listed)}")
    return asset


def flat(spread: dict[str, Any]) -> dict[str, Any]:
    """Lay the legs of a spread side by side."""
    row = {key: value for key, value in spread.items() if key not in ("buy", "sell")}
    for side in ("buy", "sell"):
        row |= {f"{side}_{key}": value for key, value in spread[side].items()}
    return row


def _print_tables(document: dict[str, Any], picture: "Picture", *, explain: bool) -> None:
    from arbwatch.views import formats  # noqa: PLC0415 as above
    from arbwatch.views.text import plain  # noqa: PLC0415 as above

    def cells(spread: dict[str, Any]) -> list[str]:
        buy, sell = spread["buy"], spread["sell"]
        return [
            plain(spread["asset"]),
            f"{buy['venue']} {plain(buy['symbol'])}",
            formats.price(buy["price"], None),
            f"{sell['venue']} {plain(sell['symbol'])}",
            formats.price(sell["price"], None),
            formats.bps(spread["gross"]),
            formats.bps(spread["exit"]),
            formats.size(min(buy["size"], sell["size"])),
            formats.milliseconds(spread["age_diff_ms"]),
            plain(spread.get("reason") or ("needs a spot short" if spread["needs_short_spot"] else "")),
        ]

    columns = [
        ("asset", "left"), ("buy", "left"), ("at", "right"), ("sell", "left"), ("at", "right"), ("gross bps", "right"),
        ("exit bps", "right"), ("size", "right"), ("age diff", "right"), ("note", "left"),
    ]  # fmt: skip
    found = document["spreads"]
    live = ", ".join(f"{s.venue} {s.state} ({s.live} of {s.instruments} live)" for s in picture.venues)
    print_table(f"{formats.counted(len(found), 'spread')} before fees; {live}", columns, map(cells, found[:TABLE_ROWS]))
    if len(found) > TABLE_ROWS:
        print(f"... {len(found) - TABLE_ROWS} more; --format json tells all")
    if explain:
        excluded = document["excluded"]
        print()
        print_table(
            f"{formats.counted(len(excluded['pairs']), 'pair')} left out", columns, map(cells, excluded["pairs"])
        )
        print("The rest of what is left out, of all assets:")
        for reason, count in sorted(excluded["counts"].items()):
            print(f"  {count:6d}  {reason}")
    for status in picture.venues:
        if status.note:
            print(f"{status.venue}: {plain(status.note)}")
    if picture.clock:
        print(picture.clock)
