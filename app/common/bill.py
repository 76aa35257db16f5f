"""The lines of a bill in words: what was counted, at which price, and why it is there. Pure."""

from datetime import timedelta
from decimal import Decimal

from app import i18n
from shared.money import ReceiptLine, Target, TargetNew

EXPLAINED = {
    "energy": "What went into your car, as the charger's meter counted it.",
    "time": "For the time that your car was charging.",
    "parking": "For the time that your car stayed after charging, beyond the free minutes.",
    "flat": "Once for each session.",
    "reservation": "For the time that the connector was kept for you.",
    "reservation_flat": "Once for the reservation.",
    "reservation_expired": "The connector was kept for you and you didn't come.",
    "reservation_expired_flat": "Once for a reservation that wasn't used.",
    "reservation_cancelled": "The connector was kept for you until you gave it back.",
    "reservation_cancelled_flat": "Once for a reservation that you gave back.",
    "minimum": "A session costs at least this much.",
    "maximum": "A session never costs more than this: the rest is taken off.",
}


def gross_price(line: ReceiptLine) -> Decimal:
    return line.unit_price * (1 + (line.vat_rate or Decimal(0)) / 100)


def quantity(line: ReceiptLine, currency: str) -> str:
    """`21.259 kWh × €0.49/kWh`, `1 h 30 min × €3.60/h`; empty for what stands once. Whole numbers without a fraction:
    10,000 is read in two ways."""
    price = i18n.amount(gross_price(line), currency)
    if line.unit == "kWh":
        places = 0 if line.quantity == int(line.quantity) else 3
        return f"{i18n.number(line.quantity, places)} kWh × {price}/kWh"
    if line.unit == "h":
        return f"{i18n.duration(timedelta(hours=float(line.quantity)))} × {price}/h"
    return ""


def target(goal: Target | TargetNew, currency: str = "") -> str:
    """`€10.00`, `20 kWh`, `45 min`, `80 %`."""
    if goal.money is not None:
        amount = goal.money if isinstance(goal.money, Decimal) else goal.money.amount
        return i18n.amount(amount, currency or ("" if isinstance(goal.money, Decimal) else goal.money.currency))
    if goal.energy_wh is not None:
        kwh = Decimal(goal.energy_wh) / 1000
        return f"{i18n.number(kwh, 0 if kwh == int(kwh) else 1)} kWh"
    return f"{goal.minutes} min" if goal.minutes is not None else f"{goal.soc_percent} %"
