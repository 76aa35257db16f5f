"""What is served over HTTP: the routes of every room, in one table."""

from typing import Any

from backend.accounts import api as accounts_api
from backend.accounts import groups_api, people_api
from backend.alerts import api as alerts_api
from backend.alerts import rules_api
from backend.analytics import api as analytics_api
from backend.authorization import api as authorization_api
from backend.books import api as books_api
from backend.books import owners_api
from backend.campaigns import api as campaigns_api
from backend.cdrs import api as cdrs_api
from backend.certificates import api as certificates_api
from backend.devices import api as devices_api
from backend.displays import api as displays_api
from backend.driver_reports import api as driver_reports_api
from backend.energy import api as energy_api
from backend.exports import api as exports_api
from backend.guests import api as guests_api
from backend.guests import reports_api, sheets_api
from backend.live import api as live_api
from backend.local_lists import api as local_lists_api
from backend.lookback import api as lookback_api
from backend.maintenance import api as maintenance_api
from backend.meters import api as meters_api
from backend.monitoring import api as monitoring_api
from backend.network import api as network_api
from backend.nodes import api as nodes_api
from backend.notify import api as notify_api
from backend.notify import page_api as push_page_api
from backend.papers import api as papers_api
from backend.payments import api as payments_api
from backend.remedies import api as remedies_api
from backend.reservations import api as reservations_api
from backend.sites import api as sites_api
from backend.stations import api as stations_api
from backend.stations import security_api
from backend.status_page import api as status_api
from backend.tariffs import api as tariffs_api
from backend.tariffs import where_api as tariff_rules_api
from backend.templates import api as templates_api
from backend.tenants import api as tenants_api
from backend.tickets import api as tickets_api
from backend.transactions import api as transactions_api
from backend.transactions import quarantine_api
from backend.vendor_data import api as vendor_data_api
from backend.web import health

ROUTES: list[Any] = [
    *accounts_api.routes,
    *people_api.routes,
    *tenants_api.routes,
    *tariffs_api.routes,
    *tariff_rules_api.routes,
    *groups_api.routes,
    *payments_api.routes,
    *authorization_api.routes,
    *stations_api.routes,
    *security_api.routes,
    *transactions_api.routes,
    *quarantine_api.routes,
    *reservations_api.routes,
    *sites_api.routes,
    *devices_api.routes,
    *monitoring_api.routes,
    *templates_api.routes,
    *campaigns_api.routes,
    *displays_api.routes,
    *driver_reports_api.routes,
    *energy_api.routes,
    *certificates_api.routes,
    *local_lists_api.routes,
    *alerts_api.routes,
    *rules_api.routes,
    *analytics_api.routes,
    *live_api.routes,
    *maintenance_api.routes,
    *books_api.routes,
    *cdrs_api.routes,
    *owners_api.routes,
    *exports_api.routes,
    *guests_api.routes,
    *reports_api.routes,
    *sheets_api.routes,
    *meters_api.routes,
    *network_api.routes,
    *nodes_api.routes,
    *papers_api.routes,
    *lookback_api.routes,
    *notify_api.routes,
    *push_page_api.routes,
    *remedies_api.routes,
    *status_api.routes,
    *tickets_api.routes,
    *vendor_data_api.routes,
    *health.routes,
]
