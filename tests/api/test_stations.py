"""Stations, locations and commands over HTTP."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from backend.commands import (
    Answer,
    AnyCommand,
    GetVariables,
    RawCall,
    Reset,
    SetAvailability,
    SetVariable,
    Trigger,
    Unlock,
)
from backend.context import Context
from backend.devices import api as devices_api
from backend.stations import api, frame_words, service
from backend.web.pages import encode_cursor
from shared.accounts import Role
from tests import world
from tests.api.harness import People, new_key
from tests.conftest import Clock
from tests.support.apps import create_app
from tests.support.frames import FrameLine, rows_of

STATION = "/api/v1/stations/CP%201"
ACCEPTED = Answer(outcome="answered", accepted=True, status="Accepted", payload={"status": "Accepted"})


@dataclass
class Place:
    ctx: Context
    people: People
    tenant_id: UUID
    location_id: UUID
    station_id: UUID
    connector_id: UUID
    heard: list[AnyCommand]
    answer: Answer = ACCEPTED


@pytest.fixture
async def place(db: str, clock: Clock) -> AsyncIterator[Place]:
    """One location with one connected station that answers commands, in a tenant of its own."""
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, "CP 1", location_id=location_id, online=True, name="Left")
    connector_id = await world.add_connector(station_id, 2)
    people = People(ctx, create_app(ctx), tenant_id)
    made = Place(ctx, people, tenant_id, location_id, station_id, connector_id, [])

    async def station(message: bytes) -> bytes:
        made.heard.append(msgspec.json.decode(message, type=AnyCommand))
        return msgspec.json.encode(made.answer)

    async with ctx.bus:
        await ctx.bus.serve(f"station.{station_id}", station)
        yield made


@pytest.fixture
async def operator(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    async with place.people.client(Role.OPERATOR) as client:
        yield client


@pytest.fixture
async def driver(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    async with place.people.client(Role.DRIVER) as client:
        yield client


# --- who may what ------------------------------------------------------------------------------------

FOR_OPERATORS = [
    ("GET", "/api/v1/stations", None),
    ("POST", "/api/v1/stations", {"identity": "X"}),
    ("POST", "/api/v1/locations", {"name": "x", "latitude": 0, "longitude": 0}),
    ("GET", STATION, None),
    ("PATCH", STATION, {"name": "x"}),
    ("POST", f"{STATION}/accept", None),
    ("POST", f"{STATION}/reject", None),
    ("PATCH", f"/api/v1/locations/{uuid4()}", {"name": "x"}),
    ("DELETE", f"/api/v1/locations/{uuid4()}", None),
    ("PATCH", f"/api/v1/connectors/{uuid4()}", {"max_power_w": 1}),
    ("GET", f"{STATION}/frames", None),
    ("GET", f"{STATION}/frames/export", None),
    ("GET", f"{STATION}/variables", None),
    ("GET", f"{STATION}/commands", None),
    ("POST", f"{STATION}/variables", {"name": "a", "value": "b"}),
    ("POST", f"{STATION}/variables/read", {}),
    ("POST", f"{STATION}/reset", {}),
    ("POST", f"{STATION}/unlock", {"connector_id": "x"}),
    ("POST", f"{STATION}/availability", {"operative": True}),
    ("POST", f"{STATION}/commands/{uuid4()}/cancel", None),
    ("POST", f"{STATION}/trigger", {"message": "Heartbeat"}),
    ("POST", f"{STATION}/ocpp/Reset", {"type": "Soft"}),
]
FOR_ALL = [
    ("GET", "/api/v1/locations", None),
    ("GET", f"/api/v1/locations/{uuid4()}", None),
    ("GET", "/api/v1/chargers?code=CP", None),
]


@pytest.mark.parametrize(
    ("role", "routes", "status"),
    [
        (None, FOR_OPERATORS + FOR_ALL, 401),
        (Role.DRIVER, FOR_OPERATORS, 403),
    ],
)
async def test_roles_are_enforced(place: Place, role: Role | None, routes: list[Any], status: int) -> None:
    async with place.people.client(role) as client:
        for method, path, body in routes:
            answer = await client.request(method, path, json=body, headers=new_key())
            assert (method, path, answer.status_code) == (method, path, status)
            assert answer.headers["content-type"] == "application/problem+json"
    assert place.heard == []


async def test_every_route_of_the_room_is_in_these_lists() -> None:
    known = {(method, path.count("/")) for method, path, _ in FOR_OPERATORS + FOR_ALL}
    routes = [*api.routes, devices_api.change_variable, devices_api.read_variables]
    assert len(routes) == len(FOR_OPERATORS) + len(FOR_ALL) + 1  # and GET connectors/{id}
    for route in routes:
        method, path = next(iter(route.http_methods)), next(iter(route.paths))
        assert (method, path.count("/")) in known


async def test_another_operators_stations_do_not_exist(place: Place) -> None:
    other = People(place.ctx, place.people.app, await world.add_tenant("Sued"))
    async with other.client(Role.ADMIN) as client:
        for method, path, body in FOR_OPERATORS[3:]:
            if path.endswith("unlock"):
                body = {"connector_id": str(place.connector_id)}
            answer = await client.request(method, path, json=body, headers=new_key())
            assert (path, answer.status_code, answer.json()["code"]) == (path, 404, "not_found")
        for path in (f"locations/{place.location_id}", f"connectors/{place.connector_id}"):
            assert (await client.get(f"/api/v1/{path}")).status_code == 404
        for path in ("stations", "locations"):
            assert (await client.get(f"/api/v1/{path}")).json() == {"items": [], "next_cursor": None}
    assert place.heard == []


# --- reading -----------------------------------------------------------------------------------------


async def test_drivers_find_where_to_charge(place: Place, driver: httpx.AsyncClient) -> None:
    page = (await driver.get("/api/v1/locations", params={"lat": 53.55, "lon": 9.99, "available": True})).json()
    assert [(one["name"], one["distance_m"], one["availability"]["available"]) for one in page["items"]] == [
        ("Harbour", 0, 1)
    ]
    detail = (await driver.get(f"/api/v1/locations/{place.location_id}")).json()
    assert detail["stations"][0]["connectors"][0]["status"] == "available"
    scanned = (await driver.get(f"/api/v1/connectors/{place.connector_id}")).json()
    assert (scanned["identity"], len(scanned["connectors"])) == ("CP 1", 1)


@pytest.mark.parametrize(
    "query",
    [
        "lat=1",
        "lon=1",
        "lat=91&lon=0",
        "lat=x&lon=0",
        "limit=0",
        "limit=201",
        "cursor=zzz",
        "power_type=XX",
        "search=" + "x" * 101,
    ],
)
async def test_nonsense_in_a_query_is_a_problem(driver: httpx.AsyncClient, query: str) -> None:
    answer = await driver.get(f"/api/v1/locations?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


async def test_lists_of_stations_in_pages(place: Place, operator: httpx.AsyncClient) -> None:
    for number in range(5):
        await world.add_station(place.tenant_id, f"S-{number}")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await operator.get("/api/v1/stations", params={"limit": 2, "sort": "-last_seen", **cursor})).json()
        seen += [row["identity"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ["S-4", "S-3", "S-2", "S-1", "S-0", "CP 1"]
    other_sort = await operator.get("/api/v1/stations", params={"sort": "name", **cursor})
    assert (other_sort.status_code, other_sort.json()["code"]) == (400, "invalid_cursor")
    assert (await operator.get("/api/v1/stations", params={"sort": "colour"})).status_code == 400
    free = (await operator.get("/api/v1/stations", params={"status": "available"})).json()
    assert [row["identity"] for row in free["items"]] == ["CP 1"]


async def test_an_operator_enters_a_station(operator: httpx.AsyncClient) -> None:
    body = {"identity": "NEW", "name": "Right", "password": "0123456789abcdef"}
    made = await operator.post("/api/v1/stations", json=body)
    assert (made.status_code, made.json()["row"]["registration"]) == (201, "accepted")
    assert "0123456789abcdef" not in made.text
    again = await operator.post("/api/v1/stations", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "identity_taken")
    for wrong in (
        {"identity": "a/b"},
        {"identity": ""},
        {"identity": "B", "password": "short"},
        {"name": "x"},
        {"id": 1},
    ):
        assert (await operator.post("/api/v1/stations", json=wrong)).status_code == 400
    changed = await operator.patch("/api/v1/stations/NEW", json={"name": "Middle"})
    assert changed.json()["row"]["name"] == "Middle"
    rejected = await operator.post("/api/v1/stations/NEW/reject")
    assert (rejected.status_code, rejected.json()["row"]["registration"]) == (200, "rejected")
    accepted = await operator.post("/api/v1/stations/NEW/accept")
    assert accepted.json()["row"]["registration"] == "accepted"


async def test_the_app_knows_what_to_enter_into_a_station(clock: Clock, db: str) -> None:
    for settings, wanted in (
        ({"ocpp_port": 9123}, "ws://127.0.0.1:9123/ocpp"),
        ({"ocpp_public_url": "wss://ocpp.example.com/ocpp/"}, "wss://ocpp.example.com/ocpp"),
    ):
        ctx = world.make_context(clock, **settings)
        people = People(ctx, create_app(ctx), await world.add_tenant())
        async with people.client(None) as nobody:
            assert (await nobody.get("/api/v1/meta")).json()["ocpp_url"] == wanted


def line(place: Place, kind: str, payload: str, code: str = "") -> FrameLine:
    return FrameLine(
        station_id=place.station_id,
        at=place.ctx.now(),
        direction="in",
        kind=kind,
        action="Reset",
        payload=payload,
        size=3,
        error_code=code,
    )


async def test_the_log_in_pages(place: Place, operator: httpx.AsyncClient) -> None:
    lines = [line(place, "call", f"[{number}]") for number in range(3)]
    await service.log_frames(place.ctx, rows_of(lines))
    first = (await operator.get(f"{STATION}/frames", params={"limit": 2, "direction": "in"})).json()
    rest = (await operator.get(f"{STATION}/frames", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["payload"] for one in first["items"] + rest["items"]] == ["[2]", "[1]", "[0]"]
    assert rest["next_cursor"] is None
    assert (await operator.get(f"{STATION}/frames", params={"direction": "up"})).status_code == 400


async def test_the_log_of_errors_only(place: Place, operator: httpx.AsyncClient) -> None:
    lines = [line(place, kind, kind) for kind in ("call", "malformed", "result", "error")]
    await service.log_frames(place.ctx, rows_of(lines))
    found = (await operator.get(f"{STATION}/frames", params={"errors": True})).json()
    assert [one["payload"] for one in found["items"]] == ["error", "malformed"]


async def test_errors_are_explained_and_the_log_is_a_file(place: Place, operator: httpx.AsyncClient) -> None:
    evil = '=HYPERLINK("http://x","y")'
    error = line(place, "error", "[4]", "NotSupported")
    lines = [line(place, "call", "[2]"), line(place, "malformed", evil), error]
    await service.log_frames(place.ctx, rows_of(lines))
    shown = (await operator.get(f"{STATION}/frames")).json()["items"]
    words = ["The receiver knows this action but can't do it.", frame_words.MALFORMED, ""]
    assert [one["explanation"] for one in shown] == words
    table = await operator.get(f"{STATION}/frames/export")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["explanation"] for row in rows] == words
    assert [row["payload"] for row in rows] == ["[4]", f"'{evil}", "[2]"]
    stream = await operator.get(f"{STATION}/frames/export", params={"format": "ndjson", "errors": True})
    assert stream.headers["content-type"].startswith("application/x-ndjson")
    assert [msgspec.json.decode(one) for one in stream.text.splitlines()] == shown[:2]
    assert (await operator.get(f"{STATION}/frames/export", params={"format": "xml"})).status_code == 400


# --- commands ----------------------------------------------------------------------------------------


async def test_commands_reach_the_station_and_its_history(place: Place, operator: httpx.AsyncClient) -> None:
    outlet = str(place.connector_id)
    sent: list[tuple[str, dict[str, Any], AnyCommand]] = [
        ("reset", {"kind": "hard"}, Reset(hard=True)),
        ("unlock", {"connector_id": outlet}, Unlock(evse=2, connector=1)),
        ("availability", {"operative": False}, SetAvailability(operative=False)),
        (
            "availability",
            {"operative": True, "connector_id": outlet},
            SetAvailability(operative=True, evse=2, connector=1),
        ),
        (
            "trigger",
            {"message": "StatusNotification", "connector_id": outlet},
            Trigger(message="StatusNotification", evse=2),
        ),
        ("variables", {"name": "HeartbeatInterval", "value": "30"}, SetVariable(name="HeartbeatInterval", value="30")),
        ("variables/read", {"names": ["HeartbeatInterval"]}, GetVariables(names=["HeartbeatInterval"])),
    ]
    for path, body, command in sent:
        answer = await operator.post(f"{STATION}/{path}", json=body, headers=new_key())
        assert (path, answer.status_code) == (path, 200)
        assert answer.json()["accepted"] is True
        assert place.heard[-1] == command
    history = (await operator.get(f"{STATION}/commands", params={"limit": 4})).json()
    assert len(history["items"]) == 4
    assert {one["by"] for one in history["items"]} == {"Operator"}
    assert {one["state"] for one in history["items"]} == {"answered"}
    rest = (await operator.get(f"{STATION}/commands", params={"limit": 4, "cursor": history["next_cursor"]})).json()
    assert len(rest["items"]) == 3
    variables = (await operator.get(f"{STATION}/variables")).json()
    assert [(one["name"], one["value"]) for one in variables["items"]] == [("HeartbeatInterval", "30")]


async def test_a_repeated_tap_moves_the_station_once(place: Place, operator: httpx.AsyncClient) -> None:
    key = new_key()
    answers = [await operator.post(f"{STATION}/reset", json={}, headers=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == answers[2].json()
    assert place.heard == [Reset(hard=False)]
    assert (await operator.post(f"{STATION}/reset", json={"kind": "hard"}, headers=key)).status_code == 422
    for path in ("reset", "availability"):
        body = {"operative": True} if path == "availability" else {}
        missing = await operator.post(f"{STATION}/{path}", json=body)
        assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_connector_of_another_station_is_not_unlocked(place: Place, operator: httpx.AsyncClient) -> None:
    foreign = await world.add_connector(await world.add_station(place.tenant_id, "CP 2"))
    for connector_id in (str(foreign), str(uuid4()), "nonsense"):
        answer = await operator.post(f"{STATION}/unlock", json={"connector_id": connector_id}, headers=new_key())
        assert answer.status_code == 404
    assert place.heard == []


async def test_any_ocpp_call(place: Place) -> None:
    async with place.people.client(Role.ADMIN) as admin:
        path, body = f"{STATION}/ocpp/GetLocalListVersion", {"custom": [1, 2]}
        place.answer = Answer(outcome="answered", accepted=False, payload={"listVersion": 7})
        answer = await admin.post(path, json=body)
        assert (answer.status_code, answer.json()) == (200, {"listVersion": 7})
        assert place.heard == [RawCall(action="GetLocalListVersion", payload=body)]
        key = new_key()
        for _ in range(2):
            assert (await admin.post(path, json=body, headers=key)).json() == {"listVersion": 7}
        assert len(place.heard) == 2
        place.answer = Answer(outcome="error", error_code="NotImplemented", error_description="no such thing")
        refused = await admin.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (502, "station_error")
        assert "NotImplemented: no such thing" in refused.json()["detail"]
        place.answer = Answer(outcome="invalid", error_description="$.custom is not known")
        invalid = await admin.post(path, json=body)
        assert (invalid.status_code, invalid.json()["code"]) == (400, "invalid_payload")
        for wrong in ("[]", "3", "{"):
            malformed = await admin.post(path, content=wrong, headers={"Content-Type": "application/json"})
            assert malformed.status_code == 400


async def test_an_offline_station_is_told_apart(place: Place, operator: httpx.AsyncClient) -> None:
    await world.add_station(place.tenant_id, "AWAY")
    answer = await operator.post("/api/v1/stations/AWAY/reset", json={}, headers=new_key())
    assert (answer.status_code, answer.json()["code"]) == (409, "station_offline")
    assert "AWAY" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/stations/%00", None),
        ("GET", "/api/v1/stations?search=%00", None),
        ("GET", "/api/v1/locations?search=a%00b", None),
        ("GET", "/api/v1/stations?cursor=" + encode_cursor(["\0", "x"]), None),
        ("GET", "/api/v1/stations?sort=power&cursor=" + encode_cursor([9999999999, "x"]), None),
        ("GET", f"{STATION}/frames?cursor=" + encode_cursor([99999999999999999999]), None),
        ("POST", "/api/v1/stations", {"identity": "X", "name": "a\x00"}),
        ("POST", f"{STATION}/ocpp/%00", {}),
        ("POST", f"{STATION}/ocpp/{'A' * 61}", {}),
    ],
)
async def test_what_a_database_cannot_hold_is_the_callers_mistake(
    place: Place, method: str, path: str, body: dict[str, str] | None
) -> None:
    async with place.people.client(Role.ADMIN) as admin:
        answer = await admin.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert place.heard == []
