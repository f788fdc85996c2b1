"""Which asset an instrument stands for, decided over all venues."""

from collections.abc import Iterable, Mapping

from arbwatch.model import Instrument

Names = Mapping[tuple[str, str], str]
"""The asset by venue and by the venue's word for the base (in capitals, without a multiplier), where that misleads."""


def decide(instruments: Iterable[Instrument], names: Names | None = None) -> dict[tuple[str, str], str]:
    """Name the asset of every instrument by venue and symbol.

    What `names` tells stands before all, with and without a multiplier; then a venue's own word, where it is sure.
    A base that carries a multiplier (1000PEPE, kPEPE, 1MBABYDOGE, SHIB1000) is stripped where the remainder is a
    base of its own somewhere, or where nothing could be meant but the remainder; else the base stands as it is,
    apart from everything.
    """
    listed = list(instruments)
    names = names or {}
    plain = {instrument.base.upper() for instrument in listed if instrument.multiplier == 1}
    return {(instrument.venue, instrument.symbol): _asset(instrument, plain, names) for instrument in listed}


def _asset(instrument: Instrument, plain: set[str], names: Names) -> str:
    base = instrument.base.upper()
    remainder = stripped(instrument.base, instrument.multiplier)
    for word in (base, remainder):
        if word is not None and (told := names.get((instrument.venue, word))):
            return told
    if instrument.asset is not None:
        return instrument.asset
    if remainder is None or not (remainder in plain or _unmistakable(remainder)):
        return base
    return remainder


def stripped(base: str, multiplier: int) -> str | None:
    """Take the notation of `multiplier` off a base, in capitals; None where the base does not carry it.

    Notations: 1000PEPE, 1MBABYDOGE, kPEPE (small k only), SHIB1000.
    """
    if multiplier == 1:
        return None
    marks = [str(multiplier)]
    if multiplier == 1000:
        marks.append("k")
    if multiplier == 1_000_000:
        marks.append("1M")
    for mark in marks:
        if base.startswith(mark) and len(base) > len(mark):
            return base[len(mark) :].upper()
    figures = str(multiplier)
    return base[: -len(figures)].upper() if base.endswith(figures) and len(base) > len(figures) else None


def _unmistakable(remainder: str) -> bool:
    # X of 1000X is too short to be somebody's name; 0CAT of 10000CAT was cut in the wrong place.
    return len(remainder) > 1 and not remainder[0].isdigit()
