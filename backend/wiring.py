"""The program in a few tables: who acts on an event, which jobs exist, what runs by the clock, what screens load.

A handler of an event runs inside the database transaction that emitted it; what takes long or leaves the house is
a job, enqueued there. Jobs may run twice (after a crash): each is written so that this does no harm.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from backend.accounts import service as accounts
from backend.alerts import service as alerts
from backend.analytics import service as analytics
from backend.authorization import service as authorization
from backend.books import provider as book_provider
from backend.books import service as books
from backend.campaigns import service as campaigns
from backend.cdrs import deciding
from backend.cdrs import service as cdrs
from backend.certificates import api as certificates_api
from backend.certificates import service as certificates
from backend.context import Context, ForAll, Handler
from backend.devices import api as devices_api
from backend.devices import service as devices
from backend.displays import api as displays_api
from backend.driver_reports import service as driver_reports
from backend.energy import api as energy_api
from backend.energy import others
from backend.energy import service as energy
from backend.events import (
    BillCorrected,
    CampaignHalted,
    CdrIssued,
    CertificateChecked,
    ClockTold,
    ConnectorStatusChanged,
    CustomerCleared,
    DeviceEventReported,
    Event,
    IncidentChanged,
    IncidentClosed,
    IncidentOpened,
    IncidentWorsened,
    MasterPassChanged,
    PaymentChanged,
    PowerExceeded,
    ReservationEnded,
    ReservationMade,
    SecurityEventReported,
    StationBooted,
    StationConnected,
    StationDisconnected,
    StationFlooded,
    StopCameLate,
    TokensChanged,
    TransactionEnded,
    TransactionFailed,
    TransactionStarted,
)
from backend.guests import service as guests
from backend.guests import settling as guests_settling
from backend.live.topic import Topic
from backend.live.topics import all_topics
from backend.local_lists import api as local_lists_api
from backend.local_lists import service as local_lists
from backend.lookback import service as lookback
from backend.mail import service as mail
from backend.maintenance import api as maintenance_api
from backend.maintenance import service as maintenance
from backend.meters import service as meters
from backend.monitoring import api as monitoring_api
from backend.monitoring import service as monitoring
from backend.network import api as network_api
from backend.notify import posting
from backend.notify import service as notify
from backend.papers import service as papers
from backend.payments import paying, refunds
from backend.payments import reports as payment_reports
from backend.payments import service as payments
from backend.remedies import out_of_service
from backend.remedies import service as remedies
from backend.reservations import service as reservations
from backend.sites import checks as sites_checks
from backend.sites import control as sites_control
from backend.sites import feeds as sites_feeds
from backend.sites import leaving as sites_leaving
from backend.sites import listing as sites_listing
from backend.sites import live as sites_live
from backend.sites import service as sites
from backend.stations import service as stations
from backend.stations import waiting
from backend.templates import api as templates_api
from backend.tickets import service as tickets
from backend.transactions import loose, pauses, requests, rollups, settling, silent, targets, unused
from backend.transactions import service as transactions
from backend.vendor_data import api as vendor_data_api
from backend.vendor_data import service as vendor_data
from backend.web import idempotency

Job = Callable[[Context, dict[str, Any]], Awaitable[None]]
CronJob = tuple[str, Callable[[Context], Awaitable[None]]]

ERRANDS: waiting.Errands = {
    errand.name: errand
    for room in (
        certificates_api,
        devices_api,
        displays_api,
        energy_api,
        local_lists_api,
        maintenance_api,
        monitoring_api,
        network_api,
        templates_api,
        vendor_data_api,
    )
    for errand in room.errands
}
"""What may wait for a station that is offline, beside single commands."""

EVENTS: Mapping[type[Event], tuple[Handler, ...]] = {
    StationConnected: (
        alerts.on_connected,
        local_lists.on_connected,
        waiting.on_connected,
        ForAll(sites_control.on_change),
        notify.on_back,
        ForAll(targets.on_back),
    ),
    StationBooted: (
        ForAll(maintenance.on_booted),
        ForAll(local_lists.on_booted),
        ForAll(waiting.on_booted),
        ForAll(sites_control.on_change),
        ForAll(targets.on_back),
    ),
    TokensChanged: (local_lists.on_tokens,),
    MasterPassChanged: (local_lists.on_master_pass,),
    CustomerCleared: (local_lists.on_customer_cleared,),
    StationDisconnected: (ForAll(alerts.on_disconnected), ForAll(sites_control.on_change)),
    PowerExceeded: (alerts.on_power,),
    SecurityEventReported: (alerts.on_security_event,),
    ReservationMade: (unused.on_made,),
    ReservationEnded: (unused.on_ended,),
    CdrIssued: (ForAll(papers.on_cdr), ForAll(guests.on_cdr), ForAll(deciding.on_cdr)),
    StopCameLate: (ForAll(deciding.on_late_stop),),
    BillCorrected: (guests.on_correction,),
    PaymentChanged: (guests_settling.on_payment,),
    StationFlooded: (alerts.on_flood,),
    CampaignHalted: (alerts.on_campaign,),
    CertificateChecked: (alerts.on_certificate,),
    ConnectorStatusChanged: (
        ForAll(alerts.on_status),
        ForAll(pauses.on_status),
        ForAll(sites_control.on_change),
        notify.on_back,
    ),
    TransactionStarted: (ForAll(alerts.on_start), ForAll(energy.on_started), ForAll(sites_control.on_change)),
    ClockTold: (ForAll(alerts.on_clock),),
    DeviceEventReported: (alerts.on_device_event,),
    TransactionFailed: (ForAll(alerts.on_start),),
    TransactionEnded: (
        ForAll(settling.on_ended),
        ForAll(meters.on_ended),
        ForAll(alerts.on_ended),
        ForAll(energy.on_ended),
        ForAll(sites_control.on_change),
        notify.on_ended,
    ),
    IncidentOpened: (notify.on_opened, remedies.on_opened),
    IncidentWorsened: (notify.on_worse,),
    IncidentChanged: (remedies.on_changed, driver_reports.on_incident),
    IncidentClosed: (notify.on_closed,),
}

JOBS: Mapping[str, Job] = {
    "alerts.check_presence": alerts.check_presence,
    "cdrs.credit_unused": cdrs.credit_unused,
    "campaigns.act": campaigns.act,
    "campaigns.step": campaigns.step,
    "certificates.sign": certificates.sign,
    "energy.answer_needs": others.answer_needs,
    "guests.mail_paper": guests.mail_paper,
    "guests.mail_receipt": guests.mail_receipt,
    "local_lists.follow": local_lists.follow,
    "local_lists.master_pass": local_lists.tell_master_pass,
    "local_lists.spread": local_lists.spread,
    "maintenance.after_boot": maintenance.after_boot,
    "mail.deliver": mail.deliver,
    "meters.verify": meters.verify,
    "meters.verify_station": meters.verify_station,
    "papers.mail_invoice": papers.mail_invoice,
    "papers.mail_receipt": papers.mail_receipt,
    "notify.deliver": posting.deliver,
    "notify.escalate": notify.escalate,
    "notify.release": posting.release,
    "notify.tell": notify.tell,
    "payments.capture": payments.capture,
    "payments.finish": paying.finish,
    "payments.refund": refunds.execute,
    "payments.release": payments.release,
    "sites.fetch": sites_feeds.fetch,
    "sites.leave": sites_leaving.leave,
    "sites.plan": sites_control.plan,
    "remedies.begin": remedies.begin,
    "remedies.step": remedies.step,
    "remedies.back": out_of_service.bring_back,
    "payments.report": payment_reports.handle,
    "payments.sweep": payments.sweep,
    "stations.deliver": partial(waiting.deliver, ERRANDS),
    "reservations.expire": reservations.expire,
    "transactions.check_target": targets.check,
    "tickets.deliver": tickets.deliver,
    "transactions.expire": requests.expire,
    settling.JOB: settling.settle,
}

CRON: Mapping[str, CronJob] = {
    # name: (when, as crontab in UTC, what)
    "accounts.forget_expired": ("17 2 * * *", accounts.forget_expired),
    "authorization.forget_guests": ("7 3 * * *", authorization.forget_guests),
    "alerts.watch": ("* * * * *", partial(alerts.watch, limits=energy.allowed_a)),
    "alerts.watch_business": ("*/10 * * * *", alerts.watch_business),
    "alerts.watch_upkeep": ("43 2 * * *", alerts.watch_upkeep),
    "devices.forget_old": ("47 2 * * *", devices.forget_old),
    "driver_reports.forget_old": ("53 3 * * *", driver_reports.forget_old),
    "driver_reports.watch": ("* * * * *", driver_reports.watch),
    "guests.forget_old": ("37 3 * * *", guests.forget_old),
    "lookback.forget_old": ("51 3 * * *", lookback.forget_old),
    "mail.forget_old": ("57 2 * * *", mail.forget_old),
    "maintenance.watch": ("13 * * * *", maintenance.watch),
    "monitoring.forget_old": ("27 * * * *", monitoring.forget_old),
    "books.nightly": ("11 4 * * *", books.nightly),
    "books.provider": ("31 4 * * *", book_provider.nightly),
    "notify.forget_old": ("7 3 * * *", notify.forget_old),
    "campaigns.watch": ("* * * * *", campaigns.watch),
    "certificates.watch": ("23 5 * * *", certificates.watch),
    "papers.monthly": ("41 2 1-5 * *", papers.monthly),
    "sites.composites": ("*/15 * * * *", sites_checks.composites),
    "sites.fetch_feeds": ("11 * * * *", sites_feeds.fetch_all),
    "sites.leave_all": ("7,22,37,52 * * * *", sites_leaving.sweep),
    "sites.forget_old": ("37 3 * * *", sites.forget_old),
    "sites.tick": ("* * * * *", sites_control.tick),
    "stations.expire_commands": ("* * * * *", waiting.expire),
    "stations.forget_frames": ("7 * * * *", stations.forget_frames),
    "stations.forget_statuses": ("19 1 * * *", stations.forget_statuses),
    "transactions.keep_readings": ("11 1 * * *", rollups.keep_readings),
    "transactions.forget_loose": ("13 1 * * *", loose.forget),
    "transactions.roll_up": ("*/5 * * * *", rollups.roll_up),
    "transactions.close_zombies": ("*/5 * * * *", transactions.close_zombies),
    "transactions.follow_silent": ("* * * * *", silent.follow),
    "transactions.watch_targets": ("* * * * *", targets.watch_all),
    "vendor_data.forget": ("27 3 * * *", vendor_data.forget),
    "web.forget_answers": ("37 * * * *", idempotency.forget_old),
}

TOPICS: tuple[Topic, ...] = (*all_topics(analytics.overview), sites_live.TOPIC, sites_listing.TOPIC)
"""What a live socket offers: docs/live.md."""
