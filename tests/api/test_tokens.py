"""Cards as operators keep them, and what drivers may reserve."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.authorization import service as authorization
from shared.accounts import Role
from tests import world
from tests.api.harness import People, new_key
from tests.conftest import Clock
from tests.support.apps import create_app

PATH = "/api/v1/tokens"


@pytest.fixture
async def people(db: str, clock: Clock) -> AsyncIterator[People]:
    ctx = world.make_context(clock)
    async with ctx.bus:
        yield People(ctx, create_app(ctx), await world.add_tenant())


async def add(client: httpx.AsyncClient, value: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json={"value": value} | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_card_from_first_to_last(people: People, clock: Clock) -> None:
    async with people.client(Role.OPERATOR) as client:
        card = await add(client, " ab-12 ", label="Van 3", group="FLEET")
        assert (card["value"], card["state"], card["group"], card["type"]) == ("ab-12", "accepted", "FLEET", "ISO14443")
        one = f"{PATH}/{card['id']}"
        blocked = (await client.patch(one, json={"blocked": True})).json()
        assert (blocked["state"], blocked["label"]) == ("blocked", "Van 3")
        assert (await client.patch(one, json={"blocked": False, "group": ""})).json()["group"] == ""
        past = clock.now().isoformat()
        assert (await client.patch(one, json={"expires_at": past})).json()["state"] == "expired"
        assert (await client.patch(one, json={"expires_at": None})).json()["state"] == "accepted"
        assert (await client.delete(one)).status_code == 204
        assert (await client.get(one)).status_code == 404


async def test_found_by_what_people_know_of_it(people: People) -> None:
    async with people.client(Role.OPERATOR) as client:
        person = await world.add_account(people.tenant_id, "Ann Miller", "driver")
        await add(client, "C-3", account_id=str(person))
        await add(client, "c-1", label="Spare", group="FLEET")
        b = await add(client, "C-2", group="FLEET")
        await client.patch(f"{PATH}/{b['id']}", json={"blocked": True})

        async def found(**wanted: str) -> list[str]:
            return [one["value"] for one in (await client.get(PATH, params=wanted)).json()["items"]]

        assert await found() == ["c-1", "C-2", "C-3"]
        assert await found(search="miller") == ["C-3"]
        assert await found(search="spare") == ["c-1"]
        assert await found(search="100%") == []
        assert await found(group="FLEET") == ["c-1", "C-2"]
        assert await found(state="blocked") == ["C-2"]
        first = (await client.get(PATH, params={"limit": 2})).json()
        rest = (await client.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [one["value"] for one in first["items"] + rest["items"]] == ["c-1", "C-2", "C-3"]
        assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"value": "TAKEN"}, 409, "card_taken"),
        ({"value": "taken"}, 409, "card_taken"),
        ({"value": "  "}, 400, "invalid_input"),
        ({"value": "x" * 37}, 400, "invalid_input"),
        ({"value": "a\tb"}, 400, "invalid_input"),
        ({"value": "N", "account_id": str(uuid4())}, 400, "invalid_input"),
        ({"value": "N", "account_id": "me"}, 400, "invalid_input"),
        ({"value": "N", "type": "Stone"}, 400, "invalid_input"),
        ({"value": "N", "expires_at": "2030-01-01T10:00:00"}, 400, "invalid_input"),
    ],
)
async def test_a_card_that_cant_be(people: People, body: dict[str, Any], status: int, code: str) -> None:
    async with people.client(Role.OPERATOR) as client:
        await add(client, "TAKEN")
        answer = await client.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.mark.parametrize(
    ("role", "body", "status", "code"),
    [
        (Role.DRIVER, {}, 400, "invalid_input"),
        (Role.DRIVER, {"connector_id": "…", "station": "CP-1"}, 400, "invalid_input"),
        (Role.DRIVER, {"connector_id": "…", "connector_type": "cType2"}, 400, "invalid_input"),
        (Role.DRIVER, {"connector_id": "…", "minutes": 61}, 409, "reserve_too_long"),
        (Role.DRIVER, {"connector_id": "…", "id_token": "OTHER"}, 403, "not_allowed"),
        (Role.DRIVER, {"connector_id": "…"}, 409, "station_offline"),
        (Role.OPERATOR, {"station": "CP-1", "id_token": "NOBODY"}, 400, "invalid_input"),
        (Role.OPERATOR, {"station": "CP-1", "account_id": str(uuid4())}, 404, "not_found"),
        (Role.OPERATOR, {"station": "CP-1"}, 409, "station_offline"),
    ],
)
async def test_a_reservation_that_cant_be(
    people: People, role: Role, body: dict[str, Any], status: int, code: str
) -> None:
    online = "too_long" in code
    station = await world.add_station(people.tenant_id, "CP-1", online=online)
    connector = str(await world.add_connector(station))
    if "connector_id" in body:
        body = body | {"connector_id": connector}
    async with people.client(role) as client:
        answer = await client.post("/api/v1/reservations", json=body, headers=new_key())
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_groups_and_the_one_master_pass(people: People) -> None:
    groups = "/api/v1/token-groups"
    async with people.client(Role.OPERATOR) as client:
        for value, group in (("A-1", "FLEET"), ("A-2", "fleet"), ("B-1", "Police"), ("C-1", "")):
            await add(client, value, group=group)
        await client.patch(f"{PATH}/{(await add(client, 'A-3', group='FLEET'))['id']}", json={"blocked": True})
        first = (await client.get(groups, params={"limit": 1})).json()
        assert [(one["name"], one["tokens"], one["blocked"]) for one in first["items"]] == [("FLEET", 3, 1)]
        rest = (await client.get(groups, params={"cursor": first["next_cursor"]})).json()["items"]
        assert [(one["name"], one["master_pass"]) for one in rest] == [("Police", False)]
        for name in ("police", "Towing"):  # the newest one is it, also before it has a card
            assert (await client.put(groups, json={"name": name, "master_pass": True})).status_code == 200
            found = {one["name"]: one["master_pass"] for one in (await client.get(groups)).json()["items"]}
            assert [one for one, master in found.items() if master] == [name.capitalize()]
        await client.put(groups, json={"name": "Towing", "master_pass": False})
        assert {one["name"] for one in (await client.get(groups)).json()["items"]} == {"FLEET", "Police"}
        assert (await client.put(groups, json={"name": " ", "master_pass": True})).status_code == 400


async def test_the_type_of_a_card_is_changed_and_that_of_the_app_stays(people: People) -> None:
    async with people.client(Role.OPERATOR) as client:
        card = await add(client, "04A1")
        changed = await client.patch(f"{PATH}/{card['id']}", json={"type": "ISO15693"})
        assert changed.json()["type"] == "ISO15693"
        person = await world.add_account(people.tenant_id, "Ann Miller", "driver")
        value = await authorization.token_for_account(people.ctx, person)
        (own,) = (await client.get(PATH, params={"search": value})).json()["items"]
        refused = await client.patch(f"{PATH}/{own['id']}", json={"type": "ISO14443"})
        assert (refused.status_code, refused.json()["code"]) == (409, "app_token")
