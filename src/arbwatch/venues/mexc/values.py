"""Numbers and answers as both markets send them."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.payload import UNREADABLE, decoder, excerpt
from arbwatch.connector.units import Amount, Signed
from arbwatch.connector.wire import Clock, Emission, Reject, Request, Response

Flow = Generator[Request, Response, list[Emission | Clock]]

Maybe = Amount | Literal[""] | None
MaybeSigned = Signed | Literal[""] | None
SomeMillis = Annotated[int, Meta(ge=1, le=9_200_000_000_000)]

TOO_OFTEN = 510
"""What contracts say with HTTP 200 where they are asked too often. futures/error-code."""
LARGEST = 1e300
LAST_VERSION = 2**62
LATEST_MS = 9_200_000_000_000
"""Later times do not fit into 64 bits of nanoseconds."""


def number(value: float | str | None) -> float | None:
    """Return a number, None where the venue sends "" or nothing."""
    return value if isinstance(value, float) else None


def positive(value: float | str | None) -> float | None:
    """Return a number above zero, None where the venue sends 0, "" or nothing."""
    return value if isinstance(value, float) and value > 0 else None


def told(text: str, *, least: float = 0.0) -> float | None:
    """Read a number written as text, None where there is none. Raises ValueError where it is no number or below."""
    if not text:
        return None
    value = float(text)
    if not least <= value <= LARGEST:
        raise ValueError(f"the number {text} is out of range")
    return value


def signed(text: str) -> float | None:
    """Read a number that may be below zero. Raises ValueError."""
    return told(text, least=-LARGEST)


def version(text: str) -> int:
    """Read the number of a book. Raises ValueError where it is none, or not above zero."""
    value = int(text)
    if not 0 < value <= LAST_VERSION:
        raise ValueError(f"the version {text} is out of range")
    return value


def millis(value: int) -> int | None:
    """Turn milliseconds into nanoseconds; 0 is none. Raises ValueError where no time can be so far away."""
    if not 0 <= value <= LATEST_MS:
        raise ValueError(f"the time {value} is out of range")
    return value * 1_000_000 or None


def side(price: float | str | None, size: float | str | None) -> tuple[float | None, float | None]:
    """Pair the best price of a side with its size; a side that lacks one of them is empty."""
    found = positive(price), positive(size)
    return (None, None) if None in found else found


def rows(decode: Callable[[Any], Any], raws: Iterable[Raw], what: str) -> Iterator[Any]:
    """Read rows one by one; a bad one is a Reject."""
    for raw in raws:
        try:
            yield decode(raw)
        except UNREADABLE as problem:
            yield Reject(what=what, reason=str(problem), raw=excerpt(raw))


def emit(found: Iterator[Any], make: Callable[[Any], Any]) -> Iterator[Any]:
    """Turn rows into events; rejects pass."""
    return (one if isinstance(one, Reject) else make(one) for one in found)


class _Refusal(msgspec.Struct):
    """How both markets say no; spot calls the words `msg`. #error-code of either."""

    code: int
    msg: str = ""
    message: str = ""


def refusal(body: bytes, status: int, path: str) -> VenueError | None:
    """Return the venue's own words where a body is a refusal."""
    try:
        said: _Refusal = _refusal(body)
    except UNREADABLE:
        said = _Refusal(0)
    words = said.msg or said.message or "no reason given"
    if status == 200 and not said.code:
        return None
    words = f"{path} was refused with HTTP {status}: {words}" + (f" (code {said.code})" if said.code else "")
    return VenueError(words, throttled=said.code == TOO_OFTEN)


def read(decode: Callable[[bytes], Any], body: bytes, path: str, status: int = 200) -> Any:
    """Read a body.

    Raises VenueError with the venue's words where it is a refusal, DecodeError where it is neither.
    """
    if refused := refusal(body, status, path):
        raise refused
    try:
        return decode(body)
    except UNREADABLE as problem:
        raise DecodeError(f"{path}: {problem}") from None


def several(raw: bytes | Raw) -> list[Raw]:
    """Split a list into its rows; asked for one symbol, the venue sends the row bare. Raises what UNREADABLE lists."""
    found: list[Raw] | dict[str, Raw] = _several(raw)
    return found if isinstance(found, list) else [Raw(bytes(raw))]


_refusal = decoder(_Refusal)
_several = decoder(list[Raw] | dict[str, Raw])
