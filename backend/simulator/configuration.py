"""The settings of a station, and what they are called in each version. Pure."""

from dataclasses import dataclass

ENERGY = "Energy.Active.Import.Register"
PROFILES = "Core,FirmwareManagement,LocalAuthListManagement,Reservation,RemoteTrigger,SmartCharging"
MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC")


@dataclass(frozen=True, slots=True)
class Setting:
    """`kind`: int, bool, text, list (of measurands). A name is empty where the version doesn't know the setting."""

    name: str
    value: str
    kind: str
    v16: str = ""
    component: str = ""
    variable: str = ""
    read_only: bool = False
    unit: str = ""


SETTINGS = (
    Setting("heartbeat_s", "300", "int", "HeartbeatInterval", "OCPPCommCtrlr", "HeartbeatInterval", unit="s"),
    Setting(
        "sample_s", "10", "int", "MeterValueSampleInterval", "SampledDataCtrlr", "TxUpdatedInterval", unit="s"
    ),
    Setting(
        "measurands", ",".join(MEASURANDS), "list", "MeterValuesSampledData", "SampledDataCtrlr", "TxUpdatedMeasurands"
    ),
    Setting("plug_s", "60", "int", "ConnectionTimeOut", "TxCtrlr", "EVConnectionTimeOut", unit="s"),
    Setting("attempts", "3", "int", "TransactionMessageAttempts", "OCPPCommCtrlr", "MessageAttempts"),
    Setting("retry_s", "10", "int", "TransactionMessageRetryInterval", "OCPPCommCtrlr", "MessageAttemptInterval"),
    Setting("offline_cards", "true", "bool", "LocalAuthorizeOffline", "AuthCtrlr", "LocalAuthorizeOffline"),
    Setting("master_pass", "", "text", "", "AuthCtrlr", "MasterPassGroupId"),
    Setting("stop_invalid", "true", "bool", "StopTransactionOnInvalidId", "TxCtrlr", "StopTxOnInvalidId"),
    Setting("ask_remote", "false", "bool", "AuthorizeRemoteTxRequests", "AuthCtrlr", "AuthorizeRemoteStart", True),
    Setting("ping_s", "0", "int", "WebSocketPingInterval", "OCPPCommCtrlr", "WebSocketPingInterval", unit="s"),
    Setting(
        "unplug_ends", "true", "bool", "StopTransactionOnEVSideDisconnect", "TxCtrlr", "StopTxOnEVSideDisconnect", True
    ),
    Setting("unlock_unplugged", "true", "bool", "UnlockConnectorOnEVSideDisconnect", read_only=True),
    Setting("stop_data", "", "text", "StopTxnSampledData", read_only=True),
    Setting("clock_aligned_s", "0", "int", "ClockAlignedDataInterval", "AlignedDataCtrlr", "Interval", read_only=True),
    Setting("resets", "1", "int", "ResetRetries", "OCPPCommCtrlr", "ResetRetries", read_only=True),
    Setting("rotation", "RST", "text", "ConnectorPhaseRotation", read_only=True),
    Setting("keys", "50", "int", "GetConfigurationMaxKeys", "DeviceDataCtrlr", "ItemsPerMessage", read_only=True),
    Setting("profiles", PROFILES, "text", "SupportedFeatureProfiles", read_only=True),
    Setting("levels", "8", "int", "ChargeProfileMaxStackLevel", "SmartChargingCtrlr", "ProfileStackLevel", True),
    Setting("periods", "24", "int", "ChargingScheduleMaxPeriods", "SmartChargingCtrlr", "PeriodsPerSchedule", True),
    Setting("units16", "Current,Power", "text", "ChargingScheduleAllowedChargingRateUnit", read_only=True),
    Setting("units", "A,W", "text", "", "SmartChargingCtrlr", "RateUnit", read_only=True),
    Setting("profiles_kept", "40", "int", "MaxChargingProfilesInstalled", "SmartChargingCtrlr", "Entries", True),
    Setting("start_point", "PowerPathClosed", "text", "", "TxCtrlr", "TxStartPoint", read_only=True),
    Setting("stop_point", "Authorized,EVConnected", "text", "", "TxCtrlr", "TxStopPoint", read_only=True),
    Setting("time_source", "Heartbeat", "text", "", "ClockCtrlr", "TimeSource", read_only=True),
)  # fmt: skip
BY_NAME = {one.name: one for one in SETTINGS}
BY_KEY = {one.v16: one for one in SETTINGS if one.v16}
BY_VARIABLE = {(one.component, one.variable): one for one in SETTINGS if one.component}
DATA_TYPE = {"int": "integer", "bool": "boolean", "text": "string", "list": "MemberList"}


def acceptable(setting: Setting, value: str) -> bool:
    match setting.kind:
        case "int":
            return value.isdecimal() and int(value) < 10**6
        case "bool":
            return value.lower() in ("true", "false")
        case "list":
            return bool(value) and all(part.strip() in MEASURANDS for part in value.split(","))
    return len(value) <= 500


class Settings:
    """Values by name; `changed` holds what differs from the factory's."""

    def __init__(self, changed: dict[str, str]) -> None:
        self.changed = changed

    def text(self, name: str) -> str:
        return self.changed.get(name, BY_NAME[name].value)

    def number(self, name: str) -> int:
        return int(self.text(name))

    def on(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def measurands(self) -> list[str]:
        return [part.strip() for part in self.text("measurands").split(",")]

    def change(self, setting: Setting, value: str) -> str:
        """accepted, rejected or read_only."""
        if setting.read_only:
            return "read_only"
        if not acceptable(setting, value):
            return "rejected"
        self.changed[setting.name] = value
        return "accepted"
