"""One case of the matrix on one venue: noticed, said, recovered from, and nothing else disturbed."""

from tests.chaos.cases import Case
from tests.chaos.watcher import Watcher
from tests.tables import Record
from tests.world.world import World


def endure(world: World, case: Case, venue: str, record: Record) -> None:
    """Make it happen, time what is told, and compare every venue with the truth afterwards."""
    world.at_ease()
    with Watcher(world) as watcher:
        hit = case.act(world, venue)
        try:
            seen = world.until(hit.seen, case.seen_s, f"{case.name}: {case.expected}")
            if hit.clear:
                world.clear(venue)
            recovered = world.until(hit.recovered, case.recovered_s, f"{case.name}: recovered")
        finally:
            world.clear(venue)
    others = {row for row in watcher.rows if not (row[0] == venue and row[1] in hit.symbols)}
    lost = {socket for socket in watcher.lost_sockets() if not (hit.whole_socket and socket.startswith(venue))}
    disturbed = "yes" if others or lost else "none"
    for each, why in case.unfit.items():
        record("unfit", (case.name, each, why))
    record("fault", (case.name, venue, case.expected, f"{seen:.2f}", f"{recovered:.2f}", disturbed))
    assert not others, others
    assert not lost, lost
    differences = world.all_differences()
    assert not differences, differences
