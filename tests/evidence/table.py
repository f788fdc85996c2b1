"""Write what each venue's reading rests on: `python -m tests.evidence.table` (`make evidence`).

Beside each exchange's package goes `evidence.json`, made of its SOURCE.md files and of what second clients read in the
recordings and samples; the documentation gets a page of the same.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

import arbwatch.venues
from arbwatch.connector import registry
from arbwatch.connector.evidence import FILE, Cell, unconfirmed
from arbwatch.testing.evidence import rows
from tests.evidence import bitget, bybit, mexc, okx, report
from tests.evidence.report import Opinion

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "evidence.md"
CHANNELS = {
    "quote": "quote",
    "ticker": "ticker",
    "miniTicker": "ticker",
    "funding": "funding",
    "notice": "notice",
    "delta": "book",
    "book": "book",
    "trade": "trade",
    "listing": "listing",
    "snapshot": "rest:book",
    "clock": "rest:clock",
    "quotes": "rest:quotes",
    "tickers": "rest:tickers",
    "premium": "rest:funding",
    "intervals": "rest:funding",
    "rates": "rest:funding",
    "marks": "rest:funding",
    "indexes": "rest:funding",
    "networks": "rest:networks",
}
"""Which channel the kinds of messages belong to, as the readers of the recordings name them."""
CLIENTS = ("ccxt", "cryptofeed")
OPINIONS: dict[str, Callable[[str, Path], Opinion]] = {
    "binance": report.opinion,
    "bybit": bybit.opinion,
    "okx": okx.opinion,
    "bitget": bitget.opinion,
    "mexc": mexc.opinion,
}
"""By exchange: what a second client makes of its messages."""
HEAD = """# What the reading of each channel rests on

No exchange could be reached while this was written, so every channel says what stands behind it: *recorded* real
traffic that was decoded, a *documented* sample, a second client that *agreed*, or nothing but our own reading:
*unconfirmed*. `messages` counts the recorded and documented ones that second clients were given as well, `agreed` those
they read alike in every field; a difference is *judged* where it is known why. `arbwatch venues --evidence` prints the
same; `make evidence` writes it again; `arbwatch check --deep` looks at the real thing.
"""


def made(exchange: str, folder: Path) -> list[Cell]:
    """Return the cells of one exchange; `folder` holds the recordings."""
    said = [OPINIONS[exchange](client, folder) for client in CLIENTS] if exchange in OPINIONS else []
    cells = []
    for market in ("spot", "perp"):
        counts = {opinion.name: _counts(opinion, market) for opinion in said}
        for row in rows(TESTS / "venues" / exchange / market / "SOURCE.md"):
            seen = {name: found[row.channel] for name, found in counts.items() if row.channel in found}
            cells.append(
                Cell(
                    venue=f"{exchange}_{market}",
                    channel=row.channel,
                    basis=row.basis,
                    source=row.source,
                    date=row.date,
                    messages=max((pieces for pieces, _, _ in seen.values()), default=0),
                    agreed={name: agreed for name, (_, agreed, _) in seen.items() if agreed},
                    judged={name: judged for name, (_, _, judged) in seen.items() if judged},
                )
            )
    return cells


def _counts(opinion: Opinion, market: str) -> Mapping[str, tuple[int, int, int]]:
    """Count by channel: messages, readings agreed in every field, readings judged."""
    pieces: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for row in opinion.rows:
        channel = CHANNELS.get(row.kind)
        if row.market == market and channel is not None:
            pieces[channel] += row.pieces
            agreed[channel] += row.agreed
            judged[channel] += sum(row.judged.values())
    return {channel: (pieces[channel], agreed[channel], judged[channel]) for channel in pieces}


def page(cells: Sequence[Cell]) -> str:
    """Return the page of the documentation."""
    lines = [HEAD, "| venue | channel | basis | date | messages | agreed | source |", "|---|---|---|---|---|---|---|"]
    for cell in cells:
        messages = f"{cell.messages:,}" if cell.messages else ""
        told = (cell.venue, cell.channel, cell.basis, cell.date, messages, cell.second, cell.source)
        lines.append("| " + " | ".join(told) + " |")
    open_cells = unconfirmed(cells)
    lines += ["", "## What only live data can confirm", "", *(f"- {name}" for name in open_cells)]
    return "\n".join(lines) + "\n"


def exchanges() -> list[str]:
    """Name the registered exchanges that bring evidence."""
    known = {venue.exchange for venue in registry.venues().values()}
    return sorted(name for name in known if (TESTS / "venues" / name / "spot" / "SOURCE.md").exists())


def target(exchange: str) -> Path:
    """Return where the evidence of an exchange is shipped."""
    return Path(str(arbwatch.venues.__file__)).parent / exchange / FILE


def encoded(cells: Sequence[Cell]) -> bytes:
    """Write cells as the package ships them, one a line."""
    return b"[\n" + b",\n".join(msgspec.json.encode(cell) for cell in cells) + b"\n]\n"


def main() -> None:
    """Write everything anew from the recordings that ARBWATCH_RECORDINGS names."""
    folder = os.environ.get("ARBWATCH_RECORDINGS")
    if not folder:
        sys.exit("ARBWATCH_RECORDINGS does not name a folder of recordings")
    every: list[Cell] = []
    for exchange in exchanges():
        cells = made(exchange, Path(folder))
        target(exchange).write_bytes(encoded(cells))
        every += cells
    PAGE.write_text(page(every), "utf-8")


if __name__ == "__main__":
    main()
