"""Transactions, the messages that made them, and their readings."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    Numeric,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.money import AMOUNT, Tariff
from backend.db.tables.stations import ChargingStation, Connector


class Transaction(Table, db=DB, tablename="transaction"):
    """One session. `number` is the integer that OCPP 1.6 wants; `ref` is the id on the wire of 2.0.1."""

    id = UUID(primary_key=True)
    number = BigInt(unique=True)  # default nextval('transaction_number'), fits 31 bits
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.restrict, null=False)
    connector = ForeignKey(Connector, on_delete=OnDelete.restrict, null=True)
    evse = Integer(null=True, default=None)
    ref: Any = Varchar(length=36, null=True, default=None)
    account = ForeignKey(Account, on_delete=OnDelete.restrict, null=True)
    id_token = Varchar(length=36, default="")
    tariff = ForeignKey(Tariff, on_delete=OnDelete.restrict, null=True)  # fixed at the start
    state = Varchar(length=10)  # requested, active, ended, failed
    charging_state = Varchar(length=20, null=True, default=None)
    requested_at = Timestamptz(null=True, default=None)
    reserved_from = Timestamptz(null=True, default=None)  # the outlet was kept since then
    begun_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    stop_requested_at = Timestamptz(null=True, default=None)
    meter_start_wh = BigInt(null=True, default=None)
    meter_last_wh = BigInt(null=True, default=None)
    meter_last_at = Timestamptz(null=True, default=None)
    energy_wh = BigInt(default=0)
    power_w = Integer(null=True, default=None)
    max_power_w = Integer(default=0)
    soc_percent = Integer(null=True, default=None)
    cost = Numeric(digits=AMOUNT, null=True, default=None)  # so far, or final; with VAT
    currency = Varchar(length=3, default="")
    stop_reason = Varchar(length=40, default="")
    failure = Text(default="")
    flags = JSONB(default="[]")
    seq_no_last = Integer(null=True, default=None)
    holds = JSONB(default="[]")  # [from, until]: the station was told to give nothing
    target = JSONB(null=True, default=None)  # transactions.target_rules: where it stops by itself
    simulated_history = Boolean(default=False)  # made by the demo's seed, not by a station
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


class TransactionMessage(Table, db=DB, tablename="transaction_message"):
    """Each distinct message of a station about a transaction, by what it says: the ground of exactly-once.

    Unique in (station, fingerprint). `transaction` None: nobody knows what it belongs to (quarantine).
    """

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    transaction = ForeignKey(Transaction, on_delete=OnDelete.cascade, null=True)
    fingerprint = Varchar(length=64)
    kind = Varchar(length=10)  # started, updated, ended
    seq_no = Integer(null=True, default=None)
    at = Timestamptz()  # the station's clock, mended where it was absurd
    received_at = Timestamptz(default=TimestamptzNow())
    payload = JSONB()
    note = Text(default="")
    report = JSONB(null=True, default=None)  # in our words, of one in quarantine
    resolution = Varchar(length=10, default="")  # attached, dismissed
    resolution_note = Varchar(length=200, default="")
    resolved_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    resolved_at = Timestamptz(null=True, default=None)


class TransactionReading(Table, db=DB, tablename="transaction_reading"):
    """One sampled moment of a transaction, in partitions by month. Unique in (transaction, at); `id` only counts."""

    id = BigSerial(primary_key=True)
    transaction = UUID(null=False)  # no reference: it would cost a look-up for each reading
    at = Timestamptz()
    energy_wh = BigInt(null=True, default=None)  # the register, not the session's energy
    power_w = Integer(null=True, default=None)
    soc_percent = Integer(null=True, default=None)
    current_a = Numeric(digits=(8, 2), null=True, default=None)
    voltage_v = Numeric(digits=(8, 2), null=True, default=None)
    charging_state = Varchar(length=20, null=True, default=None)
    context = Varchar(length=30, default="Sample.Periodic")
    trusted = Boolean(default=True)  # False: kept, shown, and left out of the bill
    phase_voltages = Array(base_column=DoublePrecision(), null=True, default=None)  # L1, L2, L3
    phase_currents = Array(base_column=DoublePrecision(), null=True, default=None)
    offered_w = Integer(null=True, default=None)  # what the station says the car may draw


class TransactionCurve(Table, db=DB, tablename="transaction_curve"):
    """What the plot of an ended session is drawn from (`transactions.curves`)."""

    transaction = ForeignKey(Transaction, on_delete=OnDelete.cascade, null=False, primary_key=True)
    meter_start_wh = BigInt(null=True, default=None)
    points = JSONB()
    states = JSONB()
    left_out = Integer()


class StationReading(Table, db=DB, tablename="station_reading"):
    """One sampled moment of an outlet (or of the main meter, evse 0) while nobody charges there, in partitions by
    month. Unique in (station, evse, at); `id` only counts."""

    id = BigSerial(primary_key=True)
    station = UUID(null=False)  # no reference: it would cost a look-up for each reading
    evse = Integer(null=False)
    at = Timestamptz()
    energy_wh = BigInt(null=True, default=None)
    power_w = Integer(null=True, default=None)
    soc_percent = Integer(null=True, default=None)
    current_a = Numeric(digits=(8, 2), null=True, default=None)
    voltage_v = Numeric(digits=(8, 2), null=True, default=None)
    context = Varchar(length=30, default="Sample.Periodic")


class PowerRollup(Table, db=DB, tablename="power_rollup"):
    """The network's power in a quarter of an hour: the mean of each transaction, added up. Unique in (tenant, at)."""

    id = BigSerial(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz()
    power_w = BigInt()
    sessions = Integer()


class RollupMark(Table, db=DB, tablename="rollup_mark"):
    """How far a rollup has read."""

    name = Varchar(length=40, primary_key=True)
    last_id = BigInt(default=0)
