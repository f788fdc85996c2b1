"""What was recorded of MEXC's present interface decodes, as `arbwatch decode` reads it."""

from pathlib import Path

import pytest

from arbwatch.connector.venue import Venue
from arbwatch.testing.recordings import Reading, examine
from arbwatch.venues.mexc import MexcPerp, MexcSpot

KNOWN: dict[str, type[Venue]] = {"mexc_spot": MexcSpot, "mexc_perp": MexcPerp}
EXPECTED = {
    "snippets/spot-protobuf-frames.jsonl": {"quote": 2, "trade": 2, "book": 1},
    "snippets/acks-and-contract-2026-09-23.jsonl": {"quote": 1, "ack": 2, "clock": 2},
    "snippets/tardis-mexc-futures.jsonl": {"trade": 2, "book": 3, "ticker": 1, "funding": 4},
    "rest/gct-http-2025-12.jsonl": {"instrument": 6, "quote": 7, "ticker": 6, "funding": 1, "book": 3},
    "samples/jkorf-rest.jsonl": {"instrument": 4, "quote": 2, "ticker": 1, "funding": 2, "clock": 1},
}


def reading(recordings: Path, file: str) -> Reading:
    product = "spot" if "/spot-" in file else "spot+perp"
    return examine(recordings / "mexc" / file, KNOWN, product=product)


@pytest.mark.parametrize("file", EXPECTED)
def test_recordings_of_the_present_interface_decode(recordings: Path, file: str) -> None:
    found = reading(recordings, file)
    assert (dict(found.kinds), dict(found.rejects)) == (EXPECTED[file], {})


def test_books_of_both_markets_are_found_in_answers(recordings: Path) -> None:
    # One names its symbol after other parameters, the other in the path, on a mirror's host.
    found = reading(recordings, "rest/gct-http-2025-12.jsonl")
    assert {key: state.valid for key, state in found.books.states.items()} == {
        ("mexc_spot", "BTCUSDT"): True,
        ("mexc_perp", "BTC_USDT"): True,
    }


def test_only_placeholders_and_the_interface_that_is_gone_are_refused(recordings: Path) -> None:
    samples = reading(recordings, "samples/jkorf-ws.jsonl")
    assert dict(samples.rejects) == {"answer: JSON is malformed: invalid character (byte 8)": 4}
    gone = reading(recordings, "snippets/crypto-msg-parser-mexc.jsonl")
    assert gone.kinds["quote"] == 1 and gone.rejects.total() == 4
