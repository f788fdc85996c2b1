"""`arbwatch venues`: what there is, what is read from each, and how it is reached."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from arbwatch.cli.options import load_settings
from arbwatch.cli.output import Format, print_csv, print_json
from arbwatch.connector import registry

PAID = {"received": "what is received", "quote": "the quote currency", "third": "a coin of the exchange"}

if TYPE_CHECKING:
    from arbwatch.config.settings import VenueSettings
    from arbwatch.connector.venue import Venue


def venues(
    fmt: Annotated[Format, typer.Option("--format", help="How to print it")] = Format.table,
    evidence: Annotated[bool, typer.Option("--evidence", help="What the reading of each channel rests on")] = False,
) -> None:
    """List the venues: what is read from each, limits, fees, and how it is reached with the settings in force."""
    if evidence:
        from arbwatch.cli.evidence import gather, show  # noqa: PLC0415 only needed here

        show(gather(registry.venues().values()), fmt)
        return
    settings = load_settings().settings
    rows = [row(venue, settings.venue(name)) for name, venue in registry.venues().items()]
    if fmt is Format.json:
        print_json(rows)
    elif fmt is Format.csv:
        flat = [{**row, "channels": " ".join(row["channels"])} for row in rows]
        print_csv(flat, [name for name in flat[0] if name != "limits"] if flat else ("id",))
    else:
        print("\n\n".join(_card(row) for row in rows) or "No venue is plugged in; see `arbwatch plugins`.")


def row(venue: "type[Venue]", own: "VenueSettings") -> dict[str, Any]:
    """Describe one venue; fees are fractions, limits those in force, hosts those that will be used."""
    limits, fees = venue.limits, venue.fees
    return {
        "id": venue.id,
        "name": venue.name,
        "exchange": venue.exchange,
        "market": venue.market,
        "enabled": own.enabled,
        "channels": {
            kind: {"name": channel.name, "whole_market": channel.whole_market, "on_demand": channel.on_demand}
            for kind, channel in venue.channels.items()
        },
        "limits": {
            "streams_per_socket": own.streams_per_socket or limits.streams_per_socket,
            "streams_per_subscribe": own.batch_size or limits.topics_per_frame,
            "messages_per_second": limits.frames_per_second,
            "socket_lifetime_s": limits.lifetime_s,
            "rest_weight": limits.weight,
            "rest_weight_window_s": limits.weight_window_s,
        },
        "maker": fees.maker if own.fees.maker is None else own.fees.maker,
        "taker": fees.taker if own.fees.taker is None else own.fees.taker,
        "fee_side": own.fees.side or fees.side,
        "rest_url": own.rest_url or venue.rest_url,
        "ws_url": own.ws_url or venue.ws_url,
        "docs": venue.docs,
    }


def _rate(rate: float | None) -> str:
    return "unknown" if rate is None else f"{rate:.3%}"


def _card(row: dict[str, Any]) -> str:
    limits = row["limits"]
    channels = [
        kind + (" (when asked for)" if channel["on_demand"] else "") for kind, channel in row["channels"].items()
    ]
    lines = (
        ("reads", ", ".join(channels)),
        ("fees", f"maker {_rate(row['maker'])}, taker {_rate(row['taker'])}, paid in {PAID[row['fee_side']]}"),
        ("limits", f"{limits['streams_per_socket']} streams a socket, {limits['streams_per_subscribe']} a message;"),
        ("", f"REST weight {limits['rest_weight']} in {limits['rest_weight_window_s']:g} s"),
        ("REST", row["rest_url"]),
        ("streams", row["ws_url"]),
        ("docs", row["docs"]),
    )
    head = f"{row['id']}  {row['name']}" + ("" if row["enabled"] else "  (not enabled)")
    return "\n".join([head, *(f"  {name:<8}{text}" for name, text in lines)])
