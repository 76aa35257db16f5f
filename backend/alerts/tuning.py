"""How a tenant wants the rules: thresholds by vendor and model, and which are off, alone because they threw."""

import time
from uuid import UUID

import structlog
from prometheus_client import Counter

from backend.alerts import incidents, rules, rules_store
from backend.alerts.place import Place
from backend.context import Context, Unit
from shared.operations import Severity

log = structlog.get_logger(__name__)
FAILED = Counter("wattline_rules_failed_total", "Detection rules that threw and were switched off", ["rule"])
FRESH_S = 5.0
"""How long another process may go on with what was asked before."""


class Tuning:
    """What one tenant asks of the rules."""

    def __init__(self, off: frozenset[str], asked: list[tuple[str, str, str, dict[str, float]]]) -> None:
        self.off = off
        self._asked = asked
        self.by_make = any(vendor or model for _, vendor, model, _ in asked)
        """Whether anything depends on a station's vendor or model."""
        self._known: dict[tuple[str, str], rules.Thresholds] = {}

    def thresholds(self, vendor: str = "", model: str = "") -> rules.Thresholds:
        key = (vendor.lower(), model.lower())
        if key not in self._known:
            found: dict[str, dict[str, float]] = {}
            for rule, wanted_vendor, wanted_model, values in self._asked:
                if wanted_vendor.lower() in ("", key[0]) and wanted_model.lower() in ("", key[1]):
                    found.setdefault(rule, {}).update(values)
            self._known[key] = found
        return self._known[key]


_known: dict[UUID, tuple[float, Tuning]] = {}


def forget(tenant_id: UUID) -> None:
    _known.pop(tenant_id, None)


async def of(tenant_id: UUID) -> Tuning:
    known = _known.get(tenant_id)
    if known is not None and time.monotonic() - known[0] < FRESH_S:
        return known[1]
    off = frozenset(row["rule"] for row in await rules_store.switches(tenant_id) if row["off_at"])
    asked = [
        (row["rule"], row["vendor"], row["model"], _fitting(row["rule"], row["values"]))
        for row in await rules_store.thresholds(tenant_id)
    ]
    tuning = Tuning(off, asked)
    _known[tenant_id] = (time.monotonic(), tuning)
    return tuning


def _fitting(rule: str, values: dict[str, float]) -> dict[str, float]:
    """Without thresholds that a rule has no more, and within its bounds, in this version."""
    bounds = rules.BY_NAME[rule].bounds if rule in rules.BY_NAME else {}
    return {name: bounds[name].fit(value) for name, value in values.items() if name in bounds}


class Threw:
    """Collects the rules that threw while facts were judged, to switch them off afterwards."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def __call__(self, rule: str, error: Exception) -> None:
        FAILED.labels(rule).inc()
        log.error("a detection rule threw and is switched off", rule=rule, exc_info=error)
        self.errors.setdefault(rule, f"{type(error).__name__}: {error}".replace("\0", "")[:500])


async def switch_off_failed(ctx: Context, unit: Unit, tenant_id: UUID, threw: Threw) -> None:
    """Alone, and loudly: an incident of the tenant that stays open until the rule is on again."""
    for rule, error in threw.errors.items():
        await rules_store.switch(tenant_id, rule, ctx.now(), error, failed=True)
        forget(tenant_id)
        title = rules.BY_NAME[rule].title or rule
        finding = rules.Finding(
            severity=Severity.CRITICAL,
            title="Detection rule switched off",
            detail=f"The rule “{title}” failed and finds nothing any more: {error}",
            advice="Tell whoever looks after Wattline. Then switch the rule on again under Rules.",
            cause="A mistake in the rule, or facts that nobody foresaw",
            code=rule,
            evidence={"rule": rule, "error": error},
        )
        await incidents.raise_incident(ctx, unit, Place(tenant_id), failed_name(rule), finding)


def failed_name(rule: str) -> str:
    return f"rule_failed.{rule}"[:60]
