"""Reports of the device model (2.0.1 only). What they tell comes later, in parts that carry `request_id`."""

from backend.commands.base import Command
from backend.commands.core import VariableKey


class GetBaseReport(Command, frozen=True, kw_only=True):
    """base: FullInventory, ConfigurationInventory or SummaryInventory."""

    request_id: int
    base: str


class GetReport(Command, frozen=True, kw_only=True):
    """criteria: Active, Available, Enabled, Problem. A key without a name means the whole component."""

    request_id: int
    criteria: list[str] = []
    keys: list[VariableKey] = []


AnyDevice = GetBaseReport | GetReport
