"""The conformance kit as one pytest test per check."""

from collections.abc import Callable
from pathlib import Path

try:
    import pytest
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("The conformance kit needs pytest: pip install 'arbwatch[testing]'") from error

from arbwatch.connector.venue import Venue
from arbwatch.testing.checks import books, events, facts, frames, requests
from arbwatch.testing.samples import Samples

Check = Callable[[Samples], object]

CHECKS: tuple[Check, ...] = (
    facts.imports_no_io,
    facts.facts_are_whole,
    requests.listings_parse,
    requests.every_request_is_answered,
    requests.every_page_is_read,
    events.every_channel_has_a_sample,
    events.events_are_well_formed,
    events.units_are_right,
    events.events_name_listed_symbols,
    events.other_products_are_left_out,
    events.a_side_that_empties_is_none,
    events.funding_is_due_next,
    events.volumes_agree,
    events.trades_tell_the_taker,
    frames.quotes_only_from_quotes,
    books.a_book_begins_with_a_snapshot,
    books.deltas_join_the_snapshot,
    books.a_lost_delta_shows,
    frames.acks_are_acks,
    frames.pings_are_answered,
    frames.unknown_frames_yield_nothing,
    frames.same_bytes_same_events,
    frames.a_repeated_frame_is_harmless,
    frames.hostile_frames_cost_only_themselves,
    frames.a_bad_row_costs_only_itself,
    frames.golden_events_equal,
    facts.subscribe_respects_limits,
    facts.evidence_is_told,
    frames.decode_rate,
)
"""Every check, in the order in which their failures are best read."""


def conformance(venue: type[Venue], folder: Path) -> Callable[..., None]:
    """Make the test of a venue from the samples in a folder: one case per check."""

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test(check: Check, record_property: Callable[[str, object], None]) -> None:
        rate = check(Samples(venue, folder))
        if isinstance(rate, float):
            record_property(RATE, f"{venue.id}: {rate:,.0f} quote frames/s decoded")

    test.__doc__ = f"{venue.id} keeps the contract."
    return test


RATE = "arbwatch decode rate"
