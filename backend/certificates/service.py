"""Certificates: installed and listed in stations, signed for them, revoked, watched until they end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend import commands, jobs
from backend.alerts.rules import BOUNDS
from backend.certificates import authority, rules, store
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound, WattlineError
from backend.events import CertificateChecked, StationChanged
from backend.stations import service as stations
from backend.stations.model import StationRef
from shared.certificates import (
    CertificateAnswer,
    CertificateHash,
    InstallCertificate,
    InstalledCertificate,
    IssuedCertificate,
    IssuedState,
    RootKind,
    SigningKind,
)

Key = list[Any] | None
WARN = timedelta(days=BOUNDS["certificate_expires", "warn_days"].most)
"""Those that end later are looked at by nobody; how much sooner an incident tells of it is the operator's threshold."""
KINDS_16 = (RootKind.CSMS, RootKind.MANUFACTURER)


# --- in stations -------------------------------------------------------------------------------------


async def check_root(ctx: Context, _station: StationRef, wanted: InstallCertificate) -> None:
    """Raises InvalidInput for what no station should trust."""
    if problem := rules.root_problem(wanted.certificate, ctx.now()):
        raise InvalidInput(problem, fields=[("$.certificate", problem)])
    if wanted.kind is RootKind.V2G_CHAIN:
        raise InvalidInput("A chain can't be installed; install its root.", fields=[("$.kind", "a root")])


async def install(ctx: Context, station: StationRef, wanted: InstallCertificate, by: UUID | None) -> CertificateAnswer:
    """Raises InvalidInput and the errors of a command."""
    await check_root(ctx, station, wanted)
    command = commands.InstallCertificate(kind=wanted.kind, certificate=wanted.certificate)
    answer = await stations.send(ctx, station.id, command, account_id=by)
    if answer.accepted:
        certificate = rules.read(wanted.certificate)
        await store.put_installed(
            station.id,
            wanted.kind.value,
            rules.hash_of(certificate, certificate),
            [],
            rules.common_name(certificate.subject),
            certificate.not_valid_after_utc,
            ctx.now(),
        )
    return _told(answer)


def _told(answer: commands.Answer) -> CertificateAnswer:
    return CertificateAnswer(accepted=answer.accepted, status=answer.status, detail=rules.explained(answer.status))


async def read(ctx: Context, station: StationRef, kinds: Sequence[RootKind], by: UUID | None) -> CertificateAnswer:
    """Ask what is installed. What the station doesn't name any more is forgotten."""
    asked: list[list[RootKind]] = [list(kinds)]
    if station.ocpp_version == "1.6":
        asked = [[kind] for kind in (kinds or KINDS_16)]
    began, answers = ctx.now(), list[commands.Answer]()
    for some in asked:
        answer = await stations.send(ctx, station.id, commands.ListCertificates(kinds=some), account_id=by)
        listed = msgspec.convert(answer.result.get("certificates", []), list[commands.ListedCertificate])
        for one in listed:
            await store.put_installed(station.id, one.kind.value, one.hash, one.children, "", None, ctx.now())
        await store.remove_unlisted(station.id, [kind.value for kind in some] or None, began)
        answers.append(answer)
    return _told(next((one for one in answers if one.status != "NotFound"), answers[-1]))


async def delete(ctx: Context, station: StationRef, which: CertificateHash, by: UUID | None) -> CertificateAnswer:
    """NotFound is an answer, and then we forget it too."""
    answer = await stations.send(ctx, station.id, commands.DeleteCertificate(hash=which), account_id=by)
    if answer.accepted or answer.status == "NotFound":
        await store.remove_installed(station.id, which)
    return _told(answer)


async def installed(
    ctx: Context, station_id: UUID, after: UUID | None, limit: int
) -> tuple[list[InstalledCertificate], Key]:
    rows = await store.installed(station_id, after, limit + 1)
    items = [
        InstalledCertificate(
            kind=RootKind(row["kind"]),
            hash=CertificateHash(
                algorithm=row["algorithm"],
                issuer_name_hash=row["issuer_name_hash"],
                issuer_key_hash=row["issuer_key_hash"],
                serial=row["serial"],
            ),
            children=msgspec.convert(row["children"], list[CertificateHash]),
            subject=row["subject"],
            expires_at=row["expires_at"],
            seen_at=row["seen_at"],
        )
        for row in rows[:limit]
    ]
    return items, [rows[limit - 1]["id"]] if len(rows) > limit else None


async def renew(ctx: Context, station: StationRef, kind: SigningKind, by: UUID | None) -> CertificateAnswer:
    """The station makes a key and asks for its certificate; what becomes of that is listed."""
    answer = await stations.send(ctx, station.id, commands.RenewCertificate(kind=kind), account_id=by)
    return _told(answer)


# --- signing -----------------------------------------------------------------------------------------


async def wished(ctx: Context, station: StationRef, kind: SigningKind, csr: str) -> bool:
    """A station asks for a certificate (A02, A03): whether it gets one. A job signs and sends it."""
    csr = csr.replace("\0", "")
    problem = rules.csr_problem(csr, station.identity, kind, ctx.settings.ca_organisation)
    state = IssuedState.REFUSED if problem else IssuedState.ASKED
    async with ctx.unit() as unit:
        certificate_id = await store.add_wish(station.id, kind.value, csr, state.value, problem, ctx.now())
        if not problem:
            await jobs.enqueue("certificates.sign", {"certificate_id": str(certificate_id)})
        unit.emit(_changed(ctx, station))
    return not problem


def _changed(ctx: Context, station: StationRef) -> StationChanged:
    return StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)


async def sign(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: sign and send. Run twice, it sends the same certificate again. Raises NotThere: try again."""
    row = await store.wish(UUID(payload["certificate_id"]))
    if row is None or row["state"] not in (IssuedState.ASKED, IssuedState.SIGNED) or row["station"] is None:
        return
    station = await stations.station(ctx, row["station"])
    if station is None:
        return
    kind = SigningKind(row["kind"])
    if row["state"] == IssuedState.ASKED:
        try:
            chain = await authority.chosen(ctx.settings).sign(row["csr"], kind, row["identity"], ctx.now())
        except authority.NotThere as failure:
            await store.change(row["id"], {"detail": str(failure)[:300]})
            raise  # the job is tried again, later each time
        except authority.CannotSign as failure:
            await store.change(row["id"], {"state": IssuedState.REFUSED.value, "detail": str(failure)[:300]})
            return
        leaf = rules.read_chain(chain)[0]
        values = {
            "state": IssuedState.SIGNED.value,
            "chain": chain,
            "detail": "",
            "subject": rules.common_name(leaf.subject)[:200],
            "serial": rules.serial_text(leaf)[:40],
            "expires_at": leaf.not_valid_after_utc,
        }
        await store.change(row["id"], values)
        row = {**row, **values}
    await _send(ctx, station, row, kind)


async def _send(ctx: Context, station: StationRef, row: store.Row, kind: SigningKind) -> None:
    state, detail = IssuedState.REJECTED, ""
    try:
        answer = await stations.send(ctx, station.id, commands.InstallSigned(kind=kind, chain=row["chain"]))
        if answer.accepted:
            state = IssuedState.ACCEPTED
        detail = "" if answer.accepted else f"The station answered {answer.status}."
    except WattlineError as failure:
        # It asks again when it still needs one (A02.FR.17): a certificate for a key it has thrown away helps nobody.
        detail = failure.detail or failure.title
    async with ctx.unit() as unit:
        values = {"state": state.value, "detail": detail[:300], "answered_at": ctx.now()}
        counts = await store.change(row["id"], values)
        unit.emit(_changed(ctx, station))
        if counts and state is IssuedState.ACCEPTED and kind is not SigningKind.V2G:
            unit.emit(_checked(ctx, row, row["expires_at"]))


def _issued(row: store.Row) -> IssuedCertificate:
    return IssuedCertificate(
        id=str(row["id"]),
        identity=row["identity"],
        kind=SigningKind(row["kind"]),
        state=IssuedState(row["state"]),
        detail=row["detail"],
        subject=row["subject"],
        serial=row["serial"],
        expires_at=row["expires_at"],
        created_at=row["created_at"],
    )


async def issued(
    ctx: Context,
    tenant_id: UUID,
    *,
    station_id: UUID | None = None,
    expires_within_days: int | None = None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[IssuedCertificate], Key]:
    """Newest first. With `expires_within_days` only those in use that end by then."""
    before = None if expires_within_days is None else ctx.now() + timedelta(days=expires_within_days)
    rows = await store.issued(tenant_id, station_id, before, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return [_issued(row) for row in rows[:limit]], [last["created_at"], last["id"]] if last else None


async def revoke(ctx: Context, tenant_id: UUID, certificate_id: UUID) -> IssuedCertificate:
    """From now on nobody gets in with it. Raises NotFound, Conflict for one that was never signed."""
    row = await store.revoke(tenant_id, certificate_id, ctx.now())
    if row is not None:
        return _issued(row)
    known = await store.wish(certificate_id)
    if known is None or known["tenant"] != tenant_id:
        raise NotFound("This certificate doesn't exist.")
    raise Conflict("This certificate was never signed.", code="not_signed")


def serial_text(printed: str) -> str:
    """A serial as we keep it; `printed` as a TLS library does: hexadecimal, perhaps with zeros before."""
    return printed.lower().lstrip("0") or "0"


async def is_revoked(ctx: Context, serial: str) -> bool:
    """`serial` as a TLS library prints it."""
    return await store.is_revoked(serial_text(serial))


async def revoked_since(ctx: Context, when: datetime) -> list[str]:
    """Serials, as `serial_text` gives them."""
    return await store.revoked_since(when)


def root(ctx: Context) -> str:
    """The root of our own authority, in PEM form. Raises NotFound where another one signs."""
    if ctx.settings.ca_url:
        raise NotFound("Another authority signs for this installation.")
    return authority.BuiltIn(ctx.settings).root()


async def watch(ctx: Context) -> None:
    """Cron, daily: an incident for each station whose certificate ends soon."""
    for row in await store.expiring(ctx.now() + WARN):
        async with ctx.unit() as unit:
            unit.emit(_checked(ctx, row, row["expires_at"]))


def _checked(ctx: Context, row: store.Row, expires_at: datetime) -> CertificateChecked:
    return CertificateChecked(
        tenant_id=row["tenant"],
        at=ctx.now(),
        station_id=row["station"],
        identity=row["identity"],
        expires_at=expires_at,
    )
