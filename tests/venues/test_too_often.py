"""What each venue says, with HTTP 200, where it is asked too often."""

import pytest

from arbwatch.connector.errors import VenueError
from arbwatch.connector.registry import venues
from arbwatch.connector.wire import Response

# The words are those of each venue's page of error codes.
SAID = {
    "bybit_spot": b'{"retCode":10006,"retMsg":"Too many visits!","result":{},"retExtInfo":{},"time":1795176005000}',
    "bybit_perp": b'{"retCode":10018,"retMsg":"Out of the IP rate limit","result":{},"time":1795176005000}',
    "okx_spot": b'{"code":"50011","msg":"Too Many Requests","data":[]}',
    "okx_perp": b'{"code":"50011","msg":"Too Many Requests","data":[]}',
    "bitget_spot": b'{"code":"429","msg":"Too Many Requests","requestTime":1795176005000,"data":null}',
    "bitget_perp": b'{"code":"429","msg":"Too Many Requests","requestTime":1795176005000,"data":null}',
    "mexc_perp": b'{"success":false,"code":510,"message":"Requests are too frequent, please try again later"}',
}


@pytest.mark.parametrize("venue", SAID)
def test_too_often_is_told_from_other_refusals(venue: str) -> None:
    polls = {poll.name: poll for poll in venues()[venue]().polls()}
    flow = polls["clock"].flow()
    next(flow)
    with pytest.raises(VenueError, match=r"(?i)too|out of") as refused:
        flow.send(Response(200, SAID[venue], 0, 0))
    assert refused.value.throttled
