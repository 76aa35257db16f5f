"""Who has had no session for longer than usual, and what is usual at each station."""

from datetime import timedelta

from backend.alerts import business_store, facts_store, rules, store, watching
from backend.alerts.place import Place
from backend.alerts.rules import no_sessions
from backend.context import Context

BASELINE_DAYS = 56


async def look(ctx: Context) -> None:
    """Cron: who is quiet; and what open incidents have cost so far.

    Only where as much as one session is missing it is looked up in which of that time it could be used, and what others
    had meanwhile: of nobody else a rule could say anything.
    """
    now = ctx.now()
    rows = await business_store.business(now)
    quiet = {
        row["id"]: row["quiet_since"]
        for row in rows
        if row["quiet_since"] is not None
        and (now - row["quiet_since"]).total_seconds() / 86400 * row["sessions_per_day"] >= 1
    }
    changes = await business_store.changes(quiet)
    outlets = await business_store.outlets(list(quiet))
    others = await business_store.peers(quiet, now)
    seen: list[tuple[Place, str, str, rules.Facts]] = []
    for row in rows:
        quiet_s, peers = 0.0, None
        if (since := quiet.get(row["id"])) is not None:
            told = [(one["at"], one["connector"], one["status"]) for one in changes.get(row["id"], ())]
            quiet_s = no_sessions.usable_s(outlets.get(row["id"], {}), told, since, now)
            peers = no_sessions.part_of(others[row["id"]]["had"], others[row["id"]]["usual"])
        facts = rules.BusinessFacts(
            usual_per_day=row["sessions_per_day"],
            quiet_s=quiet_s,
            longest_gap_s=row["longest_gap_s"],
            peers=peers,
        )
        seen.append((Place(row["tenant"], row["id"]), row["vendor"], row["model"], facts))
    await watching.apply_all(ctx, await watching.judge_all(ctx, seen))
    await store.price_open(now)


async def compute_baselines(ctx: Context) -> None:
    """Cron: what is usual at each station."""
    await business_store.compute_baselines(ctx.now(), BASELINE_DAYS)
    await facts_store.forget_drops(ctx.now() - timedelta(days=7))
