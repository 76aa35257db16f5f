"""Fills an empty database with the demo's network, people, tariffs and past. Done once; done again it does nothing."""

import json
import secrets
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from backend.accounts import groups
from backend.accounts import service as accounts
from backend.accounts.api import DEMO_ACCOUNTS
from backend.authorization import service as authorization
from backend.authorization import tokens
from backend.books import owners
from backend.books import service as books
from backend.cdrs import deciding
from backend.cdrs import service as corrections
from backend.context import Context
from backend.db.engine import DB
from backend.demo import city, history, power, troubles
from backend.events import CdrIssued
from backend.papers import issuing
from backend.papers import service as papers
from backend.payments import paying
from backend.stations.rules import hash_password
from backend.tariffs import service as tariffs
from backend.tariffs import where
from backend.tariffs.model import Tariff
from backend.templates import service as templates
from backend.tenants import service as tenants
from backend.transactions import flags, rollups
from shared.accounts import DriverGroupNew, Role
from shared.papers import IssuerChange
from shared.payments import RefundTarget
from shared.tariffs import TariffRuleNew
from shared.templates import TemplateNew
from shared.tokens import TokenGroupChange

FLEET_FILE = "fleet.json"

TOWING = "TOWING"
TEMPLATE = msgspec.convert(
    {
        "name": "Twin 22, as agreed with its maker",
        "model": "Twin 22*",
        "wanted": [
            {"component": component, "name": name, "value": value}
            for name, value in (("HeartbeatInterval", "300"), ("WebSocketPingInterval", "60"))
            for component in ("", "OCPPCommCtrlr")
        ],
    },
    TemplateNew,
)


async def seed(ctx: Context, data_dir: Path) -> Path:
    """Returns the file that tells the simulator which stations to be, with their passwords."""
    fleet = data_dir / FLEET_FILE
    tenant = await tenants.default(ctx)
    if await DB.run("SELECT 1 FROM location WHERE tenant = $1 LIMIT 1", tenant.id) and fleet.exists():
        return fleet
    async with ctx.unit():
        await DB.run(
            "UPDATE tenant SET name = 'Wattline', time_zone = 'Europe/Berlin', country = 'DE', "
            "support_email = 'hello@wattline.example' WHERE id = $1",
            tenant.id,
        )
        for account in DEMO_ACCOUNTS:
            await accounts.add(
                ctx, tenant.id, email=account.email, password=account.password, name=account.name, role=account.role
            )
        prices = {name: await tariffs.add(ctx, tenant.id, name, tariff(name)) for name in city.TARIFFS}
        for number, card in enumerate(city.CARDS):
            courier = number % 8 == 3
            label, group = ("Hansa Couriers", power.COURIERS) if courier else ("Customer card", "")
            await authorization.add_card(ctx, tenant.id, card, label=label, parent=group)
        await authorization.add_card(ctx, tenant.id, "HH900001", label="Towing service", parent=TOWING)
        await tokens.put_group(ctx, tenant.id, TokenGroupChange(name=TOWING, master_pass=True))
        await templates.add(ctx, tenant.id, TEMPLATE)
        stations = await _network(ctx, tenant.id, prices)
        await _fleet(ctx, tenant.id, prices)
        await history.write(ctx, tenant.id, prices)
        await _debtor(ctx, tenant.id)
        await rollups.roll_up(ctx)
        await _add_registers(stations)
    await power.tight_fuse(ctx, tenant.id)
    await issuing.change(ctx, tenant.id, ISSUER)
    await _trouble(ctx, tenant.id)
    await troubles.write(ctx, tenant.id)
    await _books(ctx, tenant.id)
    fleet.touch(mode=0o600)
    fleet.write_text(json.dumps({"stations": stations}, indent=1))
    return fleet


ISSUER = IssuerChange(
    name="Wattline Demo GmbH",
    address="Am Sandtorkai 40\n20457 Hamburg",
    tax_id="DE123456789",
    register="HRB 12345, Amtsgericht Hamburg",
    bank="IBAN DE02 1203 0000 0000 2020 51",
    email="hello@wattline.example",
    footer="Green power only. This is a demo: nothing of it is real.",
)


async def _books(ctx: Context, tenant_id: UUID) -> None:
    """Invoices of the month before and a week of reconciled days, as if the nights had been there."""
    places = await DB.run("SELECT id, name FROM location WHERE tenant = $1", tenant_id)
    for owner, names in city.OWNERS:
        mine = [str(place["id"]) for place in places if place["name"].startswith(names)]
        await owners.add(ctx, tenant_id, msgspec.structs.replace(owner, locations=mine))
    await papers.monthly(ctx)
    await books.nightly(ctx)


async def _debtor(ctx: Context, tenant_id: UUID) -> None:
    """Somebody whose card was refused four times, and who got some credit before that."""
    mara = await accounts.add(
        ctx, tenant_id, email="mara.blum@example.com", password=secrets.token_urlsafe(18), name="Mara Blum",
        role=Role.DRIVER,
    )  # fmt: skip
    if mara is None:
        return
    await paying.give_credit(ctx, tenant_id, mara.id, Decimal(5), "Sorry for the broken cable")
    rows = await DB.run(
        """SELECT t.id, t.ended_at, r.total_incl FROM cdr r JOIN transaction t ON t.id = r.transaction
        WHERE r.tenant = $1 AND t.account IS NULL AND r.total_incl BETWEEN 12 AND 25 AND r.issued_at < $2
        ORDER BY r.issued_at DESC LIMIT 1""",
        tenant_id, ctx.now() - timedelta(days=3),
    )  # fmt: skip
    if not rows:
        return
    payment_id, session, failed_at, due = uuid4(), rows[0]["id"], rows[0]["ended_at"], rows[0]["total_incl"]
    why = "The card was declined. Please use another one."
    await DB.run("UPDATE transaction SET account = $2 WHERE id = $1", session, mara.id)
    await DB.run(
        """INSERT INTO payment (id, tenant, transaction, account, provider, payer, state, currency, hold_amount,
            due_amount, failure, tries, created_at, updated_at)
        VALUES ($1, $2, $3, $4, 'demo', $5, 'failed', 'EUR', 50, $6, $7, 4, $8, $8)""",
        payment_id, tenant_id, session, mara.id, mara.email, due, why, failed_at,
    )  # fmt: skip
    await DB.run(
        """INSERT INTO debt (id, tenant, account, payment, amount, currency, state, reason, created_at)
        VALUES ($1, $2, $3, $4, $5, 'EUR', 'open', $6, $7)""",
        uuid4(), tenant_id, mara.id, payment_id, due, why, failed_at,
    )  # fmt: skip


async def _trouble(ctx: Context, tenant_id: UUID) -> None:
    """A bill that was corrected, and a meter that jumped and waits for somebody to decide."""
    rows = await DB.run(
        """SELECT t.id, t.ended_at, t.meter_start_wh FROM cdr r JOIN transaction t ON t.id = r.transaction
        JOIN account a ON a.id = t.account WHERE r.tenant = $1 AND a.role = 'driver' AND t.energy_wh > 8000
        ORDER BY r.issued_at DESC LIMIT 3""",
        tenant_id,
    )
    if len(rows) < 3:
        return
    _, corrected, doubted = rows
    reason = "The connector was blocked by another car for ten minutes."
    await corrections.credit(ctx, corrected["id"], Decimal("2.00"), reason, RefundTarget.WALLET, None)
    await DB.run(
        """INSERT INTO transaction_reading (transaction, at, energy_wh, context, trusted)
        VALUES ($1, $2, $3, 'Sample.Periodic', false)""",
        doubted["id"],
        doubted["ended_at"] + timedelta(seconds=1),
        doubted["meter_start_wh"] + 412_000,
    )
    cdr = (await DB.run("SELECT id FROM cdr WHERE transaction = $1", doubted["id"]))[0]["id"]
    async with ctx.unit() as unit:
        await flags.add(doubted["id"], "meter_jump", "estimated")
        told = CdrIssued(tenant_id=tenant_id, at=ctx.now(), cdr_id=cdr, transaction_id=doubted["id"])
        await deciding.on_cdr(ctx, unit, [told])


async def _fleet(ctx: Context, tenant_id: UUID, prices: dict[str, UUID]) -> None:
    """Drivers with a price of their own: taxis charge cheaper everywhere, and the demo's driver isn't one."""
    group = await groups.add(ctx, tenant_id, DriverGroupNew(name=city.FLEET))
    rule = TariffRuleNew(tariff_id=str(prices[city.FLEET_TARIFF]), group_id=group.id)
    await where.add(ctx, tenant_id, rule)


def tariff(name: str) -> Tariff:
    """A tariff whose prices are round with VAT."""
    energy, flat, parking, grace = city.TARIFFS[name]

    def component(kind: str, gross: str) -> dict[str, object]:
        net = (Decimal(gross) / (1 + Decimal(city.VAT) / 100)).quantize(Decimal("0.000001"))
        return {"type": kind, "price": str(net), "vat": city.VAT}

    components = [component("ENERGY", energy), component("PARKING_TIME", parking)]
    if Decimal(flat):
        components.insert(0, component("FLAT", flat))
    raw = {"currency": "EUR", "elements": [{"price_components": components}], "parking_grace_minutes": grace}
    return msgspec.convert(raw, Tariff, strict=False)


async def _add_registers(stations: list[dict[str, object]]) -> None:
    """The meters go on from where the past left them."""
    rows = await DB.run(
        """
        SELECT s.identity, c.evse, max(t.meter_last_wh) AS wh
        FROM connector c JOIN charging_station s ON s.id = c.station LEFT JOIN transaction t ON t.connector = c.id
        GROUP BY s.identity, c.evse ORDER BY s.identity, c.evse
        """
    )
    for station in stations:
        station["registers"] = [row["wh"] or 0 for row in rows if row["identity"] == station["identity"]]


async def _network(ctx: Context, tenant_id: UUID, prices: dict[str, UUID]) -> list[dict[str, object]]:
    """Insert locations, stations and connectors; what the simulator must know of them."""
    places: dict[str, UUID] = {}
    for site in city.SITES:
        places[site.code] = uuid4()
        await DB.run(
            """
            INSERT INTO location (id, tenant, name, address, postal_code, city, country, latitude, longitude,
                                  time_zone, description, created_at)
            VALUES ($1, $2, $3, $4, $5, 'Hamburg', 'DE', $6, $7, 'Europe/Berlin', $8, $9)
            """,
            places[site.code],
            tenant_id,
            site.name,
            site.address,
            site.postal_code,
            site.latitude,
            site.longitude,
            site.description,
            ctx.now() - history.SPAN,
        )
    fleet = []
    for number, (identity, site, kind) in enumerate(city.identities()):
        password, station_id = secrets.token_urlsafe(18), uuid4()
        version = "2.0.1" if number % 2 else "1.6"
        await DB.run(
            """
            INSERT INTO charging_station (id, tenant, location, identity, name, registration, password_hash,
                                          ocpp_version, vendor, model, firmware, created_at)
            VALUES ($1, $2, $3, $4, $5, 'accepted', $6, $7, $8, $9, $10, $11)
            """,
            station_id,
            tenant_id,
            places[site.code],
            identity,
            f"{site.name.split()[0]} {identity[-2:]}",
            hash_password(password),
            version,
            kind.vendor,
            kind.model,
            kind.firmware,
            ctx.now() - history.SPAN,
        )
        for evse in range(1, kind.connectors + 1):
            await DB.run(
                """
                INSERT INTO connector (id, station, evse, number, standard, power_type, max_power_w, status)
                VALUES ($1, $2, $3, 1, $4, $5, $6, 'unknown')
                """,
                uuid4(),
                station_id,
                evse,
                kind.standard,
                kind.power_type,
                kind.power_w,
            )
        if kind.tariff != city.GENERAL:
            await where.add(
                ctx, tenant_id, TariffRuleNew(tariff_id=str(prices[kind.tariff]), station_id=str(station_id))
            )
        fleet.append(
            {
                "identity": identity,
                "password": password,
                "version": version,
                "certified": version == "2.0.1" and number % 4 == 1,
                "signs": version == "2.0.1" and kind.power_type == "DC",
                "vendor": kind.vendor,
                "model": kind.model,
                "serial": f"{kind.model[:2].upper()}{4100 + number}",
                "firmware": kind.firmware,
                "power_type": kind.power_type,
                "power_w": kind.power_w,
                "connectors": kind.connectors,
                "id_tokens": list(city.CARDS[number % 20 :: 20]),
                "broken": troubles.BROKEN_CODE if identity == troubles.BROKEN else "",
            }
        )
    return fleet
