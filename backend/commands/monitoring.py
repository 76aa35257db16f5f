"""Monitors of variables and the data of customers (2.0.1 only)."""

import msgspec

from backend.commands.base import Command
from backend.commands.core import VariableKey
from shared.certificates import CertificateHash


class Monitor(msgspec.Struct, frozen=True, kw_only=True):
    """type: UpperThreshold, LowerThreshold, Delta, Periodic, PeriodicClockAligned. value: a limit, a step, or seconds.
    severity: 0 (danger) to 9. number: of a monitor that is replaced."""

    key: VariableKey
    type: str
    value: float
    severity: int
    transaction: bool = False
    number: int | None = None


class SetMonitors(Command, frozen=True, kw_only=True):
    """`result` of the answer: `results`, in the order of the monitors, each with `status` and `number`."""

    monitors: list[Monitor]


class ClearMonitors(Command, frozen=True, kw_only=True):
    """`result` of the answer: `statuses`, in the order of the numbers."""

    numbers: list[int]


class SetMonitoringBase(Command, frozen=True, kw_only=True):
    """base: All, FactoryDefault or HardWiredOnly."""

    base: str


class SetMonitoringLevel(Command, frozen=True, kw_only=True):
    """Events of this severity and of more urgent (lower) ones are told."""

    severity: int


class GetMonitoringReport(Command, frozen=True, kw_only=True):
    """criteria: ThresholdMonitoring, DeltaMonitoring, PeriodicMonitoring. Nothing given: every monitor."""

    request_id: int
    criteria: list[str] = []
    keys: list[VariableKey] = []


class CustomerInformation(Command, frozen=True, kw_only=True):
    """Report or clear, or both, of what a station keeps of one customer, who is named in one of three ways."""

    request_id: int
    report: bool
    clear: bool
    id_token: str = ""
    id_token_type: str = "Central"
    customer_identifier: str = ""
    certificate: CertificateHash | None = None


AnyMonitoring = (
    SetMonitors | ClearMonitors | SetMonitoringBase | SetMonitoringLevel | GetMonitoringReport | CustomerInformation
)
