"""Numbers as they come over the wire, and what a base name says about its multiplier."""

import re
from typing import Annotated

from msgspec import Meta

Price = Annotated[float, Meta(gt=0, le=1e300)]
"""Finite and above zero."""
Amount = Annotated[float, Meta(ge=0, le=1e300)]
"""Finite and not negative; as a price, zero says that there is none."""
Signed = Annotated[float, Meta(ge=-1e300, le=1e300)]
"""Finite."""
Millis = Annotated[int, Meta(ge=0, le=9_200_000_000_000)]
"""Milliseconds since 1970; the bound keeps nanoseconds within 64 bits."""
Name = Annotated[str, Meta(min_length=1)]

# A letter must follow, in any script: 1000X and 1000币 carry a multiplier, 1INCH, 0G, 2Z, 4 and B2 do not.
# Three letters after 1M, because a coin's own name may begin with "1M".
_THOUSANDS = re.compile(r"1(0{3,9})(?=[^\W\d_])")
_MILLION = re.compile(r"1M(?=[^\W\d_]{3})")
# Behind a name (SHIB1000): a letter before it, so that API3, C98 and BANANAS31 stay whole.
_BEHIND = re.compile(r"(?<=[^\W\d_])1(0{3,9})$")


def ns(ms: int | None) -> int | None:
    """Turn milliseconds into nanoseconds; None and 0, which venues send for "none", are None."""
    return ms * 1_000_000 if ms else None


def positive(value: float | None) -> float | None:
    """Return a value above zero as it is; None and 0, which venues send for "none", are None."""
    return value or None


def fraction(percent: float) -> float:
    """Turn percent into a fraction, without digits that the venue did not send."""
    return round(percent / 100, 10)


def multiplier(base: str, *, behind: bool = False) -> int:
    """Return how many of the asset a base with a multiplier in front (1000PEPE, 1MBABYDOGE) stands for, else 1.

    With `behind`, for venues that write it so as well, also of one with a multiplier behind (SHIB1000).
    """
    if found := _THOUSANDS.match(base) or (_BEHIND.search(base) if behind else None):
        return int(found.group())
    return 1_000_000 if _MILLION.match(base) else 1
