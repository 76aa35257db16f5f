"""An operator's people: added, changed, locked out, and never without an administrator."""

import asyncio
from typing import Any

import httpx
import pytest

from backend.accounts import rules
from backend.accounts import service as accounts
from shared.accounts import Role
from tests import world
from tests.api.harness import People
from tests.conftest import Clock
from tests.support.apps import create_app

NEW = {"email": "Nora@Example.com", "name": "Nora New", "role": "operator"}


@pytest.fixture
async def people(db: str, clock: Clock) -> People:
    ctx = world.make_context(clock)
    return People(ctx, create_app(ctx), await world.add_tenant())


async def add(client: httpx.AsyncClient, **values: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/people", json=NEW | values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_person_signs_in_with_the_password_shown_once_and_chooses_an_own_one(
    people: People, clock: Clock
) -> None:
    async with people.client(Role.ADMIN) as admin:
        made = await add(admin)
        assert (made["person"]["email"], made["person"]["temporary_password"]) == ("nora@example.com", True)
        tokens = await accounts.sign_in(people.ctx, "nora@example.com", made["password"])
        assert (tokens.account.role, tokens.account.temporary_password) == (Role.OPERATOR, True)
        admin.headers["Authorization"] = f"Bearer {tokens.access_token}"
        wrong = await admin.post("/api/v1/me/password", json={"current": "nope", "new": "my own password"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_password")
        right = await admin.post("/api/v1/me/password", json={"current": made["password"], "new": "my own password"})
        assert right.json()["account"]["temporary_password"] is False
    with pytest.raises(accounts.NotSignedIn):
        await accounts.refresh(people.ctx, tokens.refresh_token)  # other devices are signed out
    await accounts.refresh(people.ctx, right.json()["refresh_token"])
    clock.advance(days=30)
    await accounts.sign_in(people.ctx, "nora@example.com", "my own password")


async def test_a_temporary_password_runs_out_after_a_week_and_can_be_made_anew(people: People, clock: Clock) -> None:
    async with people.client(Role.ADMIN) as admin:
        made = await add(admin)
        clock.advance(days=7)
        with pytest.raises(accounts.NotSignedIn, match="has run out"):
            await accounts.sign_in(people.ctx, "nora@example.com", made["password"])
    async with people.client(Role.ADMIN) as admin:
        anew = (await admin.post(f"/api/v1/people/{made['person']['id']}/password")).json()
    assert anew["password"] != made["password"]
    await accounts.sign_in(people.ctx, "nora@example.com", anew["password"])


async def test_an_e_mail_belongs_to_one_person(people: People) -> None:
    async with people.client(Role.ADMIN) as admin:
        await add(admin)
        again = await admin.post("/api/v1/people", json=NEW)
        assert (again.status_code, again.json()["code"]) == (409, "email_taken")
        assert (await admin.post("/api/v1/people", json=NEW | {"email": "no address"})).status_code == 400


async def test_who_is_locked_out_cannot_sign_in_or_go_on(people: People) -> None:
    async with people.client(Role.ADMIN) as admin:
        made = await add(admin)
        path = f"/api/v1/people/{made['person']['id']}"
        tokens = await accounts.sign_in(people.ctx, "nora@example.com", made["password"])
        changed = await admin.patch(path, json={"active": False})
        assert (changed.status_code, changed.json()["active"]) == (200, False)
        with pytest.raises(accounts.NotSignedIn):
            await accounts.refresh(people.ctx, tokens.refresh_token)
        with pytest.raises(accounts.NotSignedIn):
            await accounts.sign_in(people.ctx, "nora@example.com", made["password"])
        assert (await admin.patch(path, json={"active": True})).json()["active"]
        await accounts.sign_in(people.ctx, "nora@example.com", made["password"])


async def test_the_last_administrator_stays(people: People) -> None:
    async with people.client(Role.ADMIN) as admin:
        listed = (await admin.get("/api/v1/people", params={"role": "admin"})).json()["items"]
        me = f"/api/v1/people/{listed[0]['id']}"
        for change in ({"role": "operator"}, {"active": False}):
            refused = await admin.patch(me, json=change)
            assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
        assert (await admin.patch(me, json={"name": "Ada A."})).json()["name"] == "Ada A."
        other = await add(admin, role="admin")
        theirs = f"/api/v1/people/{other['person']['id']}"
        # Two who take the role from each other at the same moment: one of them must fail.
        both = await asyncio.gather(*(admin.patch(path, json={"role": "operator"}) for path in (me, theirs)))
        assert sorted(answer.status_code for answer in both) == [200, 409]


async def test_the_list_shows_the_staff_by_name_in_pages_and_is_searched(people: People) -> None:
    async with people.client(Role.ADMIN) as admin:
        for name in ("Zoe", "ben", "Carla"):
            await add(admin, name=name, email=f"{name}@example.com")
        await world.add_account(people.tenant_id, "Dana")
        await world.add_account(await world.add_tenant("Sued"), "Stranger", "operator")
        first = (await admin.get("/api/v1/people", params={"limit": 2})).json()
        rest = (await admin.get("/api/v1/people", params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [one["name"] for one in first["items"] + rest["items"]] == ["Admin", "ben", "Carla", "Zoe"]
        assert rest["next_cursor"] is None
        found = (await admin.get("/api/v1/people", params={"search": "CARLA@"})).json()["items"]
        assert [one["name"] for one in found] == ["Carla"]
        drivers = (await admin.get("/api/v1/people", params={"role": "driver"})).json()["items"]
        assert [one["name"] for one in drivers] == ["Dana"]
        assert (await admin.get("/api/v1/people", params={"role": "king"})).status_code == 400


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.DRIVER, 403), (Role.OPERATOR, 403)])
async def test_people_are_for_their_own_administrators(people: People, role: Role | None, status: int) -> None:
    async with people.client(Role.ADMIN) as admin:
        path = f"/api/v1/people/{(await add(admin))['person']['id']}"
    async with people.client(role) as client:
        assert (await client.get("/api/v1/people")).status_code == status
        assert (await client.post("/api/v1/people", json=NEW)).status_code == status
        assert (await client.patch(path, json={"role": "admin"})).status_code == status
        assert (await client.post(f"{path}/password")).status_code == status
    async with People(people.ctx, people.app, await world.add_tenant("Sued")).client(Role.ADMIN) as stranger:
        assert (await stranger.patch(path, json={"role": "admin"})).status_code == 404
        assert (await stranger.post(f"{path}/password")).status_code == 404


def test_a_temporary_password_can_be_read_out() -> None:
    assert rules.temporary_password(lambda letters: letters[0]) == "aaaa-aaaa-aaaa-aaaa"
    assert not set(rules.PASSWORD_LETTERS) & set("il1o0")
