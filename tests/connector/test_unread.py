"""What a connector passes over is found in the frames themselves."""

from arbwatch.connector.registry import venues
from arbwatch.connector.unread import examine, wire_fields

SPOT = venues()["binance_spot"]
TOP = b'{"stream":"aaausdt@bookTicker","data":{"u":1,"s":"AAAUSDT","b":"1","B":"2","a":"3","A":"4","zz":{"deep":1}}}'
NEW = b'{"stream":"x@novelty","data":{"e":"novelty","x":1}}'


def test_new_kinds_and_new_fields_are_named() -> None:
    found = examine(SPOT, [[(TOP, 1), (NEW, 2), (b"{broken", 3)], [(NEW, 4)]])
    assert dict(found.read) == {"quote": 1}
    assert {"zz", "deep"} <= found.fields["quote"] and not {"s", "b", "stream"} & found.fields["quote"]
    assert dict(found.kinds) == {"{data, stream}": 2} and found.samples["{data, stream}"] == NEW.decode()


def test_the_fields_known_are_those_of_the_venues_own_structs() -> None:
    known = wire_fields(SPOT)
    assert {"symbol", "bidPrice", "lastUpdateId"} <= known and "retCode" not in known
