"""Run a venue that is wrong in one way until the program says so, and see that nothing of it counted before."""

from typing import NamedTuple

from arbwatch.market.codes import Proof
from arbwatch.views.picture import Picture
from tests.world.world import World, lane_of


class Wrong(NamedTuple):
    """One way of being wrong and what is to be said of it."""

    mistake: str
    venue: str
    words: str
    """Part of the sentence."""
    whole: bool = True
    """The whole venue is doubted; else only the instruments with a multiplier."""


class Caught(NamedTuple):
    """What was said, and after how many seconds."""

    sentence: str
    seconds: float


WRONGS = (
    Wrong("contracts", "okx_perp", "the volume of 24 h x contract size x price is 10 times the quote volume"),
    Wrong("sizes", "okx_spot", "they seem to be in quote currency"),
    Wrong("sides", "bybit_spot", "the sides seem to be swapped"),
    Wrong("still_side", "binance_spot", "the bid never changes on the stream"),
    Wrong("product", "binance_perp", "prices streamed are 3 % above those of the REST list"),
    Wrong("multiplier", "binance_spot", "its stream says", whole=False),
    Wrong("seconds", "binance_perp", "the times of quotes are 57 years behind the venue's clock"),
    Wrong("rate", "binance_perp", "percent taken for a fraction?"),
    Wrong("change", "binance_perp", "a fraction taken for percent?"),
    Wrong("change", "bybit_spot", "lead out of the day's highs and lows"),
    Wrong("volumes", "bybit_spot", "the two seem to be exchanged"),
    Wrong("next_funding", "okx_perp", "the next funding is further ahead than one interval"),
    Wrong("mark", "bybit_perp", "marks and indices are"),
    Wrong("interval", "bybit_perp", "fundingIntervalHour"),
    Wrong("contracts", "mexc_perp", "the volume of 24 h x contract size x price is 10 times the quote volume"),
    Wrong("product", "mexc_perp", "prices streamed are 3 % above those of the REST list"),
    Wrong("sides", "mexc_perp", "the sides seem to be swapped"),
    Wrong("still_side", "mexc_spot", "the bid never changes on the stream"),
    Wrong("volumes", "mexc_spot", "the two seem to be exchanged"),
    Wrong("sizes", "bitget_spot", "they seem to be in quote currency"),
    Wrong("seconds", "mexc_perp", "the times of quotes are 57 years behind the venue's clock"),
    Wrong("rate", "bitget_perp", "percent taken for a fraction?"),
    Wrong("interval", "bitget_perp", "rows of its listing cannot be read"),
)


def catch(wrong: Wrong, limit_s: float = 40.0) -> Caught:
    """Wait until the mistake is told; AssertionError where anything of it counted before, or it is never told."""
    market = wrong.venue.rpartition("_")[2]
    other = wrong.venue.replace(market, "perp" if market == "spot" else "spot")
    with World(
        venues=(other, wrong.venue), rate=400.0, arguments=("--wrong", f"{wrong.venue}:{wrong.mistake}")
    ) as world:
        told: list[str] = []

        def caught() -> bool:
            picture = world.read()
            counted = _counting(picture, wrong)
            assert not counted, f"{wrong.venue} is wrong ({wrong.mistake}), and {', '.join(counted)} counted"
            told[:] = _told(picture, wrong)
            return bool(told)

        seconds = world.until(caught, limit_s, f"{wrong.mistake} of {wrong.venue} is told")
        assert world.status(other).state != "doubtful", world.status(other).note
    return Caught(told[0], seconds)


def _told(picture: Picture, wrong: Wrong) -> list[str]:
    if wrong.whole:
        notes = [(status.state, status.note) for status in picture.venues if status.venue == wrong.venue]
        return [note for state, note in notes if state == "doubtful" or "listing cannot be read" in note]
    affected = _affected(picture, wrong)
    words = [picture.doubts.get((wrong.venue, symbol), "") for symbol, proof in affected if proof == Proof.DOUBTFUL]
    return words if len(words) > len(affected) // 2 else []


def _counting(picture: Picture, wrong: Wrong) -> list[str]:
    symbols = {symbol for symbol, _ in _affected(picture, wrong)}
    found = [symbol for symbol, proof in _affected(picture, wrong) if proof == Proof.PROVEN]
    legs = [leg for spread in picture.spreads.found for leg in (spread.buy, spread.sell)]
    return found + [leg.symbol for leg in legs if leg.venue == wrong.venue and leg.symbol in symbols]


def _affected(picture: Picture, wrong: Wrong) -> list[tuple[str, int]]:
    snapshot = picture.snapshot
    lane = lane_of(snapshot, wrong.venue)
    return [
        (instrument.symbol, int(snapshot.proof[lane, column]))
        for column, instrument in enumerate(snapshot.instruments[lane])
        if instrument is not None and (wrong.whole or instrument.multiplier > 1)
    ]
