"""Charge detail records in the form of OCPI 2.2.1 (mod_cdrs), with their credits. Pure.

A credit has the data of its original with an id of its own and negative costs (`credit`, `credit_reference_id`). A
supplement, which OCPI doesn't know, is a CDR with the additional costs, whose `remark` names the original.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from backend.tariffs.model import Period, PeriodKind, Tariff
from shared.money import ReceiptLine

Row = Mapping[str, Any]
POWER = {"AC": "AC_3_PHASE", "DC": "DC"}
ALPHA3 = {
    "AT": "AUT", "BE": "BEL", "CH": "CHE", "CZ": "CZE", "DE": "DEU", "DK": "DNK", "ES": "ESP", "FI": "FIN",
    "FR": "FRA", "GB": "GBR", "IE": "IRL", "IT": "ITA", "LI": "LIE", "LU": "LUX", "NL": "NLD", "NO": "NOR",
    "PL": "POL", "PT": "PRT", "SE": "SWE", "US": "USA",
}  # fmt: skip
VOLUMES = {PeriodKind.CHARGING: "TIME", PeriodKind.PARKING: "PARKING_TIME"}
COSTS = {
    "energy": "total_energy_cost",
    "time": "total_time_cost",
    "parking": "total_parking_cost",
    "flat": "total_fixed_cost",
}
HOUR = Decimal(3600)
PLACES = Decimal("0.0001")


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def party(row: Row) -> tuple[str, str]:
    """(country, party) of the operator; the party is made from the name where none was entered."""
    letters = re.sub(r"[^A-Z0-9]", "", str(row["tenant_name"]).upper())
    return row["tenant_country"] or "DE", row["party_id"] or (letters + "XXX")[:3]


def price(excl: Decimal, incl: Decimal) -> dict[str, Decimal]:
    return {"excl_vat": excl.quantize(PLACES), "incl_vat": incl.quantize(PLACES)}


def cdr(row: Row, periods: Sequence[Period]) -> dict[str, Any]:
    """The record of a bill. `row`: as the store's `records` give it."""
    facts: Row = row["facts"]
    country, who = party(row)
    begun, ended = datetime.fromisoformat(facts["begun_at"]), datetime.fromisoformat(facts["ended_at"])
    lines = msgspec.convert(row["lines"], list[ReceiptLine], strict=False)
    found: dict[str, Any] = {
        "country_code": country,
        "party_id": who,
        "id": row["cdr_number"],
        "start_date_time": moment(min(begun, row["reserved_from"] or begun)),  # with a reservation its own
        "end_date_time": moment(ended),
        "session_id": str(row["transaction"]),  # left out where no session came of a reservation
        "cdr_token": _token(row, country, who),
        "auth_method": "COMMAND" if row["account"] is not None else "WHITELIST",
        "cdr_location": _location(row, facts, country),
        "currency": row["currency"],
        "tariffs": _tariffs(row, country, who),
        "charging_periods": [_period(one, row) for one in periods]
        or [{"start_date_time": moment(begun), "dimensions": [{"type": "ENERGY", "volume": _kwh(facts["energy_wh"])}]}],
        "total_cost": price(row["total_excl"], row["total_incl"]),
        "total_energy": _kwh(facts["energy_wh"]),
        "total_time": _hours(0 if facts.get("reservation") else (ended - begun).total_seconds()),
        "total_parking_time": _hours(
            sum((one.ends_at - one.begins_at).total_seconds() for one in periods if one.kind is PeriodKind.PARKING)
        ),
        **_costs(lines),
        "invoice_reference_id": row["cdr_number"],
        "last_updated": moment(row["issued_at"]),
    }
    if facts.get("reservation"):
        del found["session_id"]
    if facts.get("estimated"):
        found["remark"] = "The end is estimated from the last reading that can be believed."
    return found


def correction(original: dict[str, Any], row: Row) -> dict[str, Any]:
    """A credit, or a supplement. `row`: correction_number, correction_excl, correction_incl, reason, written_at."""
    own = {
        "id": row["correction_number"],
        "total_cost": price(row["correction_excl"], row["correction_incl"]),
        "remark": row["reason"],
        "invoice_reference_id": row["correction_number"],
        "last_updated": moment(row["written_at"]),
    }
    if row["correction_incl"] < 0:
        return {**original, **own, "credit": True, "credit_reference_id": original["id"]}
    return {**original, **own, "remark": f"In addition to {original['id']}: {row['reason']}"}


def numbers(value: Any) -> Any:
    """With JSON numbers where OCPI wants them; four decimals are exact in each."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: numbers(one) for name, one in value.items()}
    return [numbers(one) for one in value] if isinstance(value, list) else value


_exact = msgspec.json.Encoder(decimal_format="number")
_decode = msgspec.json.Decoder(float_hook=Decimal)


def _token(row: Row, country: str, who: str) -> dict[str, str]:
    uid = row["id_token"] or "UNKNOWN"
    kind = "APP_USER" if uid.startswith("APP") else "AD_HOC_USER" if uid.startswith("GUEST") else "RFID"
    return {"country_code": country, "party_id": who, "uid": uid, "type": kind, "contract_id": uid}


def _location(row: Row, facts: Row, country: str) -> dict[str, Any]:
    evse = row["connector_evse"] or row["evse"] or 1
    standard = row["standard"] or "IEC_62196_T2"
    found = {
        "id": str(row["location_id"] or row["identity"])[:36],
        "name": facts["location"] or row["identity"],
        "address": row["address"] or facts["address"] or "-",
        "city": row["city"] or "-",
        "country": ALPHA3.get(row["country"] or country, "DEU"),
        "coordinates": {
            "latitude": f"{row['latitude'] or 0:.6f}",
            "longitude": f"{row['longitude'] or 0:.6f}",
        },
        "evse_uid": f"{row['identity']}-{evse}"[:36],
        "evse_id": "#NA",
        "connector_id": str(row["connector_number"] or 1),
        "connector_standard": standard,
        "connector_format": "CABLE" if row["power_type"] == "DC" else "SOCKET",
        "connector_power_type": POWER.get(row["power_type"] or "AC", "AC_3_PHASE"),
    }
    if row["postal_code"]:
        found["postal_code"] = row["postal_code"]
    return found


def _tariffs(row: Row, country: str, who: str) -> list[dict[str, Any]]:
    if row["tariff"] is None:
        return []
    definition = _decode.decode(_exact.encode(msgspec.convert(row["definition"], Tariff, strict=False)))
    found = {
        "country_code": country,
        "party_id": who,
        "id": str(row["tariff"]),
        "currency": definition.get("currency", row["currency"]),
        "type": "REGULAR",
        "elements": definition["elements"],
        "last_updated": moment(row["tariff_at"]),
    }
    return [found | {name: definition[name] for name in ("min_price", "max_price") if definition.get(name)}]


def _period(one: Period, row: Row) -> dict[str, Any]:
    seconds = (one.ends_at - one.begins_at).total_seconds()
    dimensions = []
    if one.energy_wh or one.kind is PeriodKind.WAITING:  # neither charging nor parking: OCPI has no name for it
        dimensions.append({"type": "ENERGY", "volume": _kwh(one.energy_wh)})
    if one.kind is not PeriodKind.WAITING:
        dimensions.append({"type": VOLUMES.get(one.kind, "RESERVATION_TIME"), "volume": _hours(seconds)})
    found: dict[str, Any] = {"start_date_time": moment(one.begins_at), "dimensions": dimensions}
    return found if row["tariff"] is None else found | {"tariff_id": str(row["tariff"])}


def _costs(lines: Sequence[ReceiptLine]) -> dict[str, Any]:
    """The parts of the total, each with and without VAT; parts that cost nothing are left out."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for line in lines:
        name = COSTS.get(line.kind, "total_reservation_cost" if line.kind.startswith("reservation") else "")
        if name:
            excl, incl = sums.get(name, (Decimal(0), Decimal(0)))
            sums[name] = (excl + line.amount, incl + line.amount_incl)
    return {name: price(*both) for name, both in sums.items()}


def _kwh(wh: Any) -> Decimal:
    return (Decimal(wh) / 1000).quantize(PLACES)


def _hours(seconds: float) -> Decimal:
    return (Decimal(round(seconds)) / HOUR).quantize(PLACES)
