"""What Wattline can ask of a station, in our words.

Commands travel over the bus to the node that holds the socket (topic `station.<station_id>`);
`ocpp/v16/outbound.py` and `ocpp/v201/outbound.py` put them onto the wire. One module a domain;
`AnyCommand` is the union of theirs.
"""

from backend.commands.authorization import AnyAuthorization
from backend.commands.authorization import ClearCache as ClearCache
from backend.commands.authorization import GetLocalListVersion as GetLocalListVersion
from backend.commands.authorization import ListEntry as ListEntry
from backend.commands.authorization import SendLocalList as SendLocalList
from backend.commands.base import Answer as Answer
from backend.commands.base import Command as Command
from backend.commands.certificates import AnyCertificates
from backend.commands.certificates import DeleteCertificate as DeleteCertificate
from backend.commands.certificates import InstallCertificate as InstallCertificate
from backend.commands.certificates import InstallSigned as InstallSigned
from backend.commands.certificates import ListCertificates as ListCertificates
from backend.commands.certificates import ListedCertificate as ListedCertificate
from backend.commands.certificates import RenewCertificate as RenewCertificate
from backend.commands.core import AnyCore
from backend.commands.core import GetVariables as GetVariables
from backend.commands.core import RawCall as RawCall
from backend.commands.core import RequestStart as RequestStart
from backend.commands.core import RequestStop as RequestStop
from backend.commands.core import Reset as Reset
from backend.commands.core import SetAvailability as SetAvailability
from backend.commands.core import SetVariable as SetVariable
from backend.commands.core import SetVariables as SetVariables
from backend.commands.core import Trigger as Trigger
from backend.commands.core import Unlock as Unlock
from backend.commands.core import VariableKey as VariableKey
from backend.commands.core import VariableValue as VariableValue
from backend.commands.device import AnyDevice
from backend.commands.device import GetBaseReport as GetBaseReport
from backend.commands.device import GetReport as GetReport
from backend.commands.display import AnyDisplay
from backend.commands.display import ListMessages as ListMessages
from backend.commands.display import RemoveMessage as RemoveMessage
from backend.commands.display import ShowMessage as ShowMessage
from backend.commands.energy import AnyEnergy
from backend.commands.energy import ClearProfiles as ClearProfiles
from backend.commands.energy import GetComposite as GetComposite
from backend.commands.energy import GetProfiles as GetProfiles
from backend.commands.energy import Profile as Profile
from backend.commands.energy import SetProfile as SetProfile
from backend.commands.energy import ToldSchedule as ToldSchedule
from backend.commands.maintenance import AnyMaintenance
from backend.commands.maintenance import GetLog as GetLog
from backend.commands.maintenance import PublishFirmware as PublishFirmware
from backend.commands.maintenance import UnpublishFirmware as UnpublishFirmware
from backend.commands.maintenance import UpdateFirmware as UpdateFirmware
from backend.commands.monitoring import AnyMonitoring
from backend.commands.monitoring import ClearMonitors as ClearMonitors
from backend.commands.monitoring import CustomerInformation as CustomerInformation
from backend.commands.monitoring import GetMonitoringReport as GetMonitoringReport
from backend.commands.monitoring import Monitor as Monitor
from backend.commands.monitoring import SetMonitoringBase as SetMonitoringBase
from backend.commands.monitoring import SetMonitoringLevel as SetMonitoringLevel
from backend.commands.monitoring import SetMonitors as SetMonitors
from backend.commands.network import AnyNetwork
from backend.commands.network import SetNetworkProfile as SetNetworkProfile
from backend.commands.reservation import AnyReservation
from backend.commands.reservation import CancelReservation as CancelReservation
from backend.commands.reservation import ReserveNow as ReserveNow
from backend.commands.session import AnySession
from backend.commands.session import AskTransaction as AskTransaction
from backend.commands.session import ShowCost as ShowCost
from backend.commands.vendor_data import AnyVendorData
from backend.commands.vendor_data import SendData as SendData

AnyCommand = (
    AnyAuthorization
    | AnyCertificates
    | AnyCore
    | AnyDevice
    | AnyDisplay
    | AnyEnergy
    | AnyMaintenance
    | AnyMonitoring
    | AnyNetwork
    | AnyReservation
    | AnySession
    | AnyVendorData
)
