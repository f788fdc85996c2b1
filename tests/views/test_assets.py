from arbwatch.views.assets import asset_rows, conflict_rows
from tests.views.stage import PERP, SPOT, Stage


def test_assets_are_told_with_who_lists_them_most_venues_first() -> None:
    stage = Stage(3)
    stage.instruments[0][0] = None
    rows = asset_rows(stage.picture())
    assert [row["asset"] for row in rows] == ["ETH", "SOL", "BTC"]
    assert rows[0] == {
        "asset": "ETH",
        "class": ["crypto"],
        "quote_currencies": ["USDT"],
        "markets": 2,
        "venues": [SPOT, PERP],
    }
    assert rows[2]["venues"] == [PERP]


def test_conflicts_are_plain_rows() -> None:
    stage = Stage(3)
    stage.set(1, 1, bid=9000.0, ask=9001.0)
    rows = conflict_rows(stage.picture())
    assert [(row["asset"], row["venue"], row["kind"]) for row in rows] == [
        ("ETH", PERP, "price"),
        ("ETH", SPOT, "price"),
    ]
    assert rows[0]["price"] == 9000.5
