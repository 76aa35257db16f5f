"""Every table, one module a room. Stores read and write them; nothing else does (but `jobs`)."""

from backend.db.tables.accounts import Account, IdempotencyKey, RefreshToken, Tenant
from backend.db.tables.alerts import (
    FirmwareSupport,
    Incident,
    IncidentEntry,
    RuleSwitch,
    RuleThreshold,
    ServiceTicket,
    StationBaseline,
    TicketTarget,
)
from backend.db.tables.authorization import IdToken, LocalList
from backend.db.tables.books import Reconciliation
from backend.db.tables.campaigns import Campaign, CampaignStation
from backend.db.tables.certificates import InstalledCertificate, IssuedCertificate
from backend.db.tables.devices import StationReport
from backend.db.tables.displays import DisplayMessage
from backend.db.tables.energy import ChargingNeeds, ChargingProfile, ChargingProfileRead, ExternalLimit
from backend.db.tables.guests import GuestVisit
from backend.db.tables.mail import Mail
from backend.db.tables.maintenance import FirmwareFile, MaintenanceTask, SecurityEvent
from backend.db.tables.meters import MeterKey, SignedValue
from backend.db.tables.money import Cdr, Payment, Tariff
from backend.db.tables.monitoring import StationEvent, StationMonitor, StationMonitoring
from backend.db.tables.network import NetworkProfile
from backend.db.tables.nodes import Node
from backend.db.tables.papers import Issuer, Paper, PaperCounter
from backend.db.tables.reservations import Reservation
from backend.db.tables.stations import (
    ChargingStation,
    Connector,
    Location,
    OcppFrame,
    StationCommand,
    StationVariable,
    StatusChange,
)
from backend.db.tables.templates import ConfigTemplate, ConfigTemplateStation
from backend.db.tables.transactions import PowerRollup, RollupMark, Transaction, TransactionMessage, TransactionReading
from backend.db.tables.vendor_data import KnownVendor, VendorData

TABLES = (
    Tenant,
    Account,
    RefreshToken,
    IdempotencyKey,
    Tariff,
    Location,
    ChargingStation,
    Connector,
    StatusChange,
    StationVariable,
    StationCommand,
    OcppFrame,
    IdToken,
    LocalList,
    Transaction,
    TransactionMessage,
    TransactionReading,
    PowerRollup,
    RollupMark,
    Reservation,
    Payment,
    Cdr,
    Incident,
    IncidentEntry,
    RuleThreshold,
    RuleSwitch,
    StationBaseline,
    FirmwareSupport,
    TicketTarget,
    ServiceTicket,
    StationReport,
    ConfigTemplate,
    ConfigTemplateStation,
    StationMonitoring,
    StationMonitor,
    StationEvent,
    DisplayMessage,
    FirmwareFile,
    MaintenanceTask,
    SecurityEvent,
    Campaign,
    CampaignStation,
    ChargingProfile,
    ChargingProfileRead,
    ExternalLimit,
    ChargingNeeds,
    InstalledCertificate,
    IssuedCertificate,
    NetworkProfile,
    VendorData,
    KnownVendor,
    Mail,
    Issuer,
    PaperCounter,
    Paper,
    GuestVisit,
    Reconciliation,
    SignedValue,
    MeterKey,
    Node,
)

__all__ = [
    "TABLES",
    "Account",
    "Campaign",
    "CampaignStation",
    "Cdr",
    "ChargingNeeds",
    "ChargingProfile",
    "ChargingProfileRead",
    "ChargingStation",
    "ConfigTemplate",
    "ConfigTemplateStation",
    "Connector",
    "DisplayMessage",
    "ExternalLimit",
    "FirmwareFile",
    "FirmwareSupport",
    "GuestVisit",
    "IdToken",
    "IdempotencyKey",
    "Incident",
    "IncidentEntry",
    "InstalledCertificate",
    "IssuedCertificate",
    "Issuer",
    "KnownVendor",
    "LocalList",
    "Location",
    "Mail",
    "MaintenanceTask",
    "MeterKey",
    "NetworkProfile",
    "Node",
    "OcppFrame",
    "Paper",
    "PaperCounter",
    "Payment",
    "PowerRollup",
    "Reconciliation",
    "RefreshToken",
    "Reservation",
    "RollupMark",
    "RuleSwitch",
    "RuleThreshold",
    "SecurityEvent",
    "ServiceTicket",
    "SignedValue",
    "StationBaseline",
    "StationCommand",
    "StationEvent",
    "StationMonitor",
    "StationMonitoring",
    "StationReport",
    "StationVariable",
    "StatusChange",
    "Tariff",
    "Tenant",
    "TicketTarget",
    "Transaction",
    "TransactionMessage",
    "TransactionReading",
    "VendorData",
]
