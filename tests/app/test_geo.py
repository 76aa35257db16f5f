"""Clusters, distances, and the drawn ground."""

import pytest

from app import theme
from app.widgets import geo, map_ground
from app.widgets.geo import Pin


def pin(name: str, latitude: float, longitude: float, free: int = 1) -> Pin:
    return Pin(name, name, latitude, longitude, free, 2)


PINS = [pin("a", 53.5441, 9.9926), pin("b", 53.5519, 10.0066), pin("c", 53.5903, 9.9846, free=0)]


def test_far_out_everything_is_one_and_close_up_all_stand_alone() -> None:
    (one,) = geo.clusters(PINS, 6)
    assert len(one.pins) == 3
    assert one.free == 2
    assert sorted(len(found.pins) for found in geo.clusters(PINS, 15)) == [1, 1, 1]


def test_no_pin_is_lost_or_doubled_at_any_zoom() -> None:
    pins = [pin(str(n), 53.4 + n % 7 * 0.03, 9.8 + n % 11 * 0.04) for n in range(60)]
    for zoom in range(3, 19):
        found = [one.id for group in geo.clusters(pins, zoom) for one in group.pins]
        assert sorted(found) == sorted(one.id for one in pins)


def test_the_chosen_pin_is_never_hidden_in_a_cluster() -> None:
    groups = geo.clusters(PINS, 6, apart="b")
    assert [one.id for group in groups if len(group.pins) == 1 for one in group.pins] == ["b"]


def test_metres_along_the_globe() -> None:
    assert abs(geo.metres((53.5441, 9.9926), (53.5519, 10.0066)) - 1267) < 10
    assert geo.metres((0, 0), (0, 0)) == 0
    assert abs(geo.metres((0, 0), (0, 180)) - 20_015_087) < 1000


def test_the_drawn_ground_is_made_of_pairs_inside_the_world() -> None:
    city = geo.city()
    lines = [*geo.land(), *city.green, *city.grounds, *city.water_areas, *city.roads, *city.motorways, *city.rails]
    lines += [river["points"] for river in city.rivers]
    for line in lines:
        assert len(line) % 2 == 0
        assert len(line) >= 4
        assert all(-180 <= value <= 180 for value in line[::2])
        assert all(-90 <= value <= 90 for value in line[1::2])
    for name in city.names:
        assert city.holds(name["at"][1], name["at"][0])


@pytest.mark.parametrize("dark", [False, True])
def test_a_tile_server_replaces_the_drawn_ground_and_is_named(dark: bool) -> None:
    t = theme.tokens("#0B6E4F", dark)
    address = "https://{s}.tile.openstreetmap.org/{z}/{x}/{y}.png"
    (tiles,) = map_ground.layers(t, address, world=True)
    assert tiles.url_template == address
    credit = map_ground.attribution(address, t, 0)
    assert credit.content.value == "© OpenStreetMap contributors"
    assert map_ground.attribution("https://tiles.example.com/{z}", t, 0).content.value == "Map: tiles.example.com"


def test_the_worlds_land_is_sent_only_when_it_is_looked_at() -> None:
    t = theme.tokens("#0B6E4F", False)
    near, far = map_ground.layers(t, "", world=False), map_ground.layers(t, "", world=True)
    assert len(far) == len(near) + 1
