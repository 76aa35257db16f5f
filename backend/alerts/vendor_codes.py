"""What vendors mean by codes of their own: a tenant's meanings, then the house's list; and codes nobody knew yet."""

import tomllib
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from backend.alerts import rules_store
from backend.alerts.rules import Meaning, codes
from backend.alerts.rules.causes import CAUSES
from backend.alerts.rules.connector_faulted import ERRORS
from backend.context import Context
from backend.errors import InvalidInput, NotFound
from shared.faults import CodeBook, CodeMeaning, CodeMeaningSet, UnknownCode
from shared.operations import Severity

HOUSE = "vendor_codes.toml"


def plain(text: str) -> str:
    """How vendors and codes are compared."""
    return " ".join(text.replace("\0", "").lower().split())


@cache
def house() -> tuple[tuple[str, str, Mapping[str, Meaning]], ...]:
    """(pattern of a vendor, its name, code → meaning), from the data file."""
    book = tomllib.loads(files("backend.alerts").joinpath(HOUSE).read_text("utf-8"))
    return tuple(
        (plain(part["vendor"]), part["maker"], {plain(code): _meaning(one) for code, one in part["meanings"].items()})
        for part in book["codes"]
    )


def _meaning(one: Mapping[str, str]) -> Meaning:
    words = ERRORS[one["means"]]
    return Meaning(
        title=one.get("title", words.title),
        severity=Severity(one.get("severity", words.severity)),
        cause=one.get("cause", CAUSES.get(one["means"], "")),
        advice=one.get("advice", words.advice),
        code=one["means"],
    )


def of_house(vendor: str, code: str) -> Meaning | None:
    """The last one that fits: more special ones stand further down."""
    found = None
    for pattern, _maker, meanings in house():
        if fnmatchcase(plain(vendor), pattern):
            found = meanings.get(plain(code), found)
    return found


async def meaning(tenant_id: UUID, vendor: str, code: str) -> Meaning | None:
    if not plain(code):
        return None
    row = await rules_store.vendor_code(tenant_id, plain(vendor), plain(code)[:60])
    return of_house(vendor, code) if row is None else _own(row)


async def dictionary(tenant_id: UUID, vendor: str) -> Callable[[str], Meaning | None]:
    """What all codes of a vendor mean today, as `meaning` says it one by one: for looking back over many."""
    rows = await rules_store.vendor_codes(tenant_id)
    mine = plain(vendor)
    # By vendor: what holds for all of them comes first and is overruled.
    own = {row["code"]: _own(row) for row in rows if row["vendor"] in ("", mine)}

    def said(code: str) -> Meaning | None:
        key = plain(code)
        return (own.get(key[:60]) or of_house(vendor, code)) if key else None

    return said


def _own(row: Mapping[str, Any]) -> Meaning:
    return Meaning(
        title=row["title"], severity=Severity(row["severity"]), cause=row["cause"], advice=row["advice"], own=True
    )


async def count_unknown(ctx: Context, tenant_id: UUID, station_id: UUID, vendor: str, code: str, text: str) -> None:
    """A code that says nothing to anybody here. Those that name what the standard or MREC name are known."""
    if plain(code) and not codes.known(code):
        await rules_store.count_unknown(
            tenant_id, plain(vendor)[:200], plain(code)[:60], station_id, text.replace("\0", "")[:500], ctx.now()
        )


# --- for operators -----------------------------------------------------------------------------------


async def book(tenant_id: UUID) -> CodeBook:
    own = await rules_store.vendor_codes(tenant_id)
    return CodeBook(
        own=[_shown(row) for row in own],
        house=[
            CodeMeaning(
                id="", vendor=maker, code=code, title=one.title, severity=one.severity, cause=one.cause,
                advice=one.advice,
            )
            for _pattern, maker, meanings in house()
            for code, one in meanings.items()
        ],
        unknown=[
            UnknownCode(
                vendor=row["vendor"], code=row["code"], times=row["times"], station=row["identity"] or "",
                text=row["text"], seen_at=row["seen_at"],
            )
            for row in await rules_store.unknown_codes(tenant_id)
        ],
    )  # fmt: skip


def _shown(row: Mapping[str, Any]) -> CodeMeaning:
    values = {name: row[name] for name in ("vendor", "code", "title", "cause", "advice")}
    return CodeMeaning(id=str(row["id"]), severity=Severity(row["severity"]), **values)


async def put(ctx: Context, tenant_id: UUID, wanted: CodeMeaningSet) -> CodeMeaning:
    """It counts from the next report on; the code is unknown no more."""
    vendor, code = plain(wanted.vendor), plain(wanted.code)
    title, cause, advice = (one.replace("\0", "").strip() for one in (wanted.title, wanted.cause, wanted.advice))
    if not code or not title:
        raise InvalidInput("Say which code it is, and what it means.", code="empty_meaning")
    async with ctx.unit():
        row = await rules_store.put_vendor_code(
            tenant_id, vendor, code, title, wanted.severity.value, cause, advice, ctx.now()
        )
        await rules_store.forget_unknown(tenant_id, vendor, code)
    return _shown(row)


async def remove(ctx: Context, tenant_id: UUID, meaning_id: UUID) -> None:
    async with ctx.unit():
        if not await rules_store.remove_vendor_code(tenant_id, meaning_id):
            raise NotFound("This meaning doesn't exist any more.")
