"""Venues whose streams cannot be reached, while their REST can."""

from tests.world.world import World


def test_without_streams_every_row_is_polled_and_none_is_a_leg() -> None:
    with World(instruments=20, rate=20, connect={"ws_url": "ws://127.0.0.1:9"}) as world:

        def polled() -> bool:
            found = [s.state == "stale" and "every 2 s; trying again" in s.note for s in world.read().venues]
            return bool(found) and all(found)

        world.until(polled, what="all rows are polled")
        for venue in world.venues:
            status = world.status(venue)
            assert "refuses connections" in status.note
            assert f"all {status.polled} rows are polled over REST" in status.note
            assert world.differences(venue) == []
        picture = world.read()
        snapshot = picture.snapshot
        lane = snapshot.lane(world.venues[0])
        place = next(iter(snapshot.layout.rows[lane].values()))
        assert snapshot.state_name(lane, place) == "polled"
        assert picture.spreads.found == ()
        told = {excluded.reason for excluded in picture.spreads.excluded} | set(picture.spreads.reasons)
        assert any("REST only" in words for words in told), told
