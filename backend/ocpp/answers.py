"""Parts of stations' answers that both versions say with the same words, in ours."""

from collections.abc import Mapping
from typing import Any

import msgspec

from backend.commands import Answer


def phases(told: Any) -> int | None:
    """A number of phases, or the one to use: stations say 0 where they mean none."""
    return told if told in (1, 2, 3) else None


def certificate(one: Mapping[str, Any]) -> dict[str, str]:
    """CertificateHashDataType as shared.certificates.CertificateHash."""
    return {
        "algorithm": str(one["hashAlgorithm"]),
        "issuer_name_hash": str(one["issuerNameHash"]),
        "issuer_key_hash": str(one["issuerKeyHash"]),
        "serial": str(one["serialNumber"]),
    }


def with_schedule(answer: Answer, schedule: Any, starts_at: Any, asked_s: int) -> Answer:
    """The answer with a composite schedule as `result` (commands.ToldSchedule); without one as it is."""
    if not isinstance(schedule, dict) or not schedule.get("chargingSchedulePeriod"):
        return answer
    found = {
        "starts_at": starts_at,
        "unit": schedule["chargingRateUnit"],
        "duration_s": schedule.get("duration") or asked_s,
        "periods": [
            {
                "start_s": max(one["startPeriod"], 0),
                "limit": str(one["limit"]),
                "phases": phases(one.get("numberPhases")),
                "phase_to_use": phases(one.get("phaseToUse")),
            }
            for one in schedule["chargingSchedulePeriod"]
        ],
    }
    return msgspec.structs.replace(answer, result=found)
