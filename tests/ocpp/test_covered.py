"""No habit of the field and no attack on the OCPP edge without a test: the tables say which, and are held against
the tests that exist."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

QUIRKS: dict[int, dict[str, str]] = {
    # line: (what a station does → the tests, as file:function without test_)
    1: {
        "double or trailing slash, spaces, %2F": "ocpp/test_edge:identity_paths_with_slashes_and_spaces",
        "UTF-8": "ocpp/test_edge:an_identity_in_utf_8",
        "%2F that names nobody": "ocpp/test_edge:an_address_that_names_no_station_gets_a_404",
        "colons in a password": "ocpp/test_edge:right_credentials",
    },
    2: {
        "no subprotocol, an unsupported one first": "ocpp/test_edge:subprotocols",
        "none that is spoken": "ocpp/test_edge:only_versions_we_dont_speak_are_closed_with_1002",
    },
    3: {
        "two sockets, late close of the old": (
            "ocpp/test_links:a_half_dead_socket_is_replaced_and_its_late_end_changes_nothing"
        ),
        "two that live": "ocpp/test_links:a_live_socket_stays_and_the_second_is_refused",
        "fifty at once": "ocpp/test_links:fifty_sockets_with_one_identity_at_once",
    },
    4: {
        "never boots or answers": "ocpp/test_links:connects_and_never_boots_or_answers",
        "no boot after a reconnect, status before the boot": (
            "ocpp/test_quirks_sessions:status_before_boot_and_reconnect_without_boot"
        ),
        "as a habit": "ocpp/test_quirk_profiles:line_4_a_station_that_never_boots_again_gets_commands_at_once",
    },
    5: {
        "a command before the boot": "ocpp/test_links:a_command_waits_for_the_boot",
        "other words before the boot": (
            "ocpp/test_quirk_profiles:line_5_commands_are_held_until_a_boot_also_when_the_station_says_other_things"
        ),
        "no boot at all": "ocpp/test_quirk_profiles:line_5_but_not_for_ever",
    },
    6: {
        "closed only when needed": "ocpp/test_links:a_clean_close_from_the_server_says_why",
        "never without a cause": "ocpp/test_links:a_silent_link_is_closed_only_when_it_doesnt_answer_a_ping",
        "as a habit": "ocpp/test_quirk_profiles:line_6_no_close_frame_for_who_never_dials_again_after_one",
    },
    7: {
        "idle links": "ocpp/test_quirks_silence:line_7_pings_go_out_before_a_carrier_drops_the_link",
        "pings unsupported, time-out equal to the interval": (
            "ocpp/test_quirks_silence:line_7_who_never_answers_a_ping_stays_while_it_talks"
        ),
        "an interval of its own": (
            "ocpp/test_quirk_profiles:line_7_an_interval_of_its_own_and_no_questions_after_a_boot"
        ),
        "as a habit": "ocpp/test_quirk_profiles:line_7_who_ignores_pings_is_neither_closed_nor_pushed_out",
    },
    8: {
        "heartbeats, no answers": "ocpp/test_links:heartbeats_go_on_while_calls_are_never_answered",
        "shown": "ocpp/test_quirks_silence:line_8_commands_that_were_never_answered_are_shown",
        "vanishes without a close frame": "ocpp/test_links:a_socket_that_vanishes_lets_the_station_back_in_at_once",
        "after a reset": "ocpp/test_commands:a_hard_reset_with_no_stop",
    },
    9: {
        "fragments": "ocpp/test_edge:binary_and_fragmented_frames_are_read",
        "of every length": "ocpp/test_websocket:messages_of_every_length",
    },
    10: {
        "the same id, a new id, twice after boot": (
            "ocpp/test_quirks_messages:the_same_message_with_the_same_id_before_the_answer_and_with_a_new_one_after"
        ),
        "starts and stops twice": "ocpp/test_sessions16:repeated_starts_and_stops_are_one_transaction",
        "2.0.1": "ocpp/test_sessions201:gaps_and_repetitions_of_seq_no",
    },
    11: {"crossing, empty description, NotSupported": "ocpp/test_quirks_messages:calls_cross_in_both_directions"},
    12: {
        "all": "ocpp/test_quirks_messages:numeric_message_id_missing_payload_nul_characters_and_deep_nesting",
    },
    13: {
        "1.6": "ocpp/test_quirks_messages:a_clock_in_1970_or_year_1",
        "2.0.1": "ocpp/test_quirks_messages:a_clock_in_1970_in_version_201",
    },
    14: {
        "1.6": "ocpp/test_quirks_messages:odd_words_in_a_boot",
        "2.0.1": "ocpp/test_quirks_silence:line_14_odd_words_in_a_boot_of_version_201",
    },
    15: {
        "0": "ocpp/test_quirks_sessions:connector_0_or_evse_0_where_none_is_meant",
        "late or never": "ocpp/test_quirks_sessions:a_connector_announced_late_or_never",
    },
    16: {
        "NoError, unknown code, repetitions": (
            "ocpp/test_quirks_sessions:faulted_with_no_error_unknown_error_code_and_the_same_status_many_times"
        ),
        "Charging first, Faulted, no Authorize": (
            "ocpp/test_quirks_sessions:charging_before_the_start_and_a_start_without_authorize_on_a_faulted_connector"
        ),
    },
    17: {
        "both orders": "ocpp/test_quirks_sessions:after_a_power_loss_available_first_and_then_the_stop_or_the_reverse"
    },
    18: {
        "0 and -1": (
            "ocpp/test_quirks_sessions:a_stop_with_transaction_id_0_or_minus_1_is_matched_where_there_is_no_doubt"
        ),
        "unknown": "ocpp/test_sessions16:stop_of_an_unknown_transaction_is_confirmed_and_kept",
    },
    19: {
        "report": "ocpp/test_device_model:accepted_and_nothing_came",
        "trigger": "ocpp/test_quirks_silence:line_19_a_trigger_that_was_accepted_and_nothing_came",
        "log": "ocpp/test_quirks_silence:line_19_a_log_that_was_promised_and_never_came",
        "remote start": "ocpp/test_quirks_sessions:accepted_and_then_nothing_after_a_remote_start",
    },
    20: {"elsewhere": "ocpp/test_quirks_sessions:a_remote_start_without_a_connector_begins_where_the_station_likes"},
    21: {
        "21 characters": "ocpp/test_quirks_sessions:an_id_tag_of_21_characters_and_an_empty_one",
        "the others": (
            "ocpp/test_quirks_sessions:a_stop_without_id_tag_or_reason_and_meter_values_without_transaction_and_after_the_stop"
        ),
    },
    22: {
        "soft": "ocpp/test_commands:a_soft_reset_while_metering_goes_on",
        "hard": "ocpp/test_commands:a_hard_reset_with_no_stop",
    },
    23: {
        "1.6": "ocpp/test_quirks_energy:energy_of_a_16_session",
        "2.0.1": "ocpp/test_quirks_energy:energy_of_a_201_session",
        "as a habit": "ocpp/test_quirk_profiles:line_23_a_meter_that_counts_otherwise",
        "as a habit, 2.0.1": "ocpp/test_quirk_profiles:line_23_a_meter_that_counts_otherwise_in_version_201",
    },
    24: {
        "1.6": "ocpp/test_quirks_energy:energy_of_a_16_session",
        "2.0.1": "ocpp/test_quirks_energy:energy_of_a_201_session",
    },
    25: {
        "meterValue: []": "ocpp/test_quirks_energy:an_empty_meter_value_list",
        "id 0": "ocpp/test_quirks_sessions:ended_for_id_0_is_kept_and_begins_nothing",
        "seqNo from 1, no tbc": "ocpp/test_commands:a_base_report_whose_numbers_begin_at_1_and_whose_tbc_is_missing",
        "no idToken": "ocpp/test_sessions201:no_token_after_a_remote_start",
        "connectorId 0": "ocpp/test_quirks_sessions:connector_0_or_evse_0_where_none_is_meant",
    },
    26: {"both versions": "ocpp/test_quirks_sessions:500_queued_messages_in_one_burst_after_a_day_offline"},
}

ATTACKS: dict[str, tuple[str, ...]] = {
    "A01": ("ocpp/test_attacks:a_refused_connection_is_kept_and_changes_nothing",),
    "A02": ("ocpp/test_edge:wrong_credentials_get_a_real_401",),
    "A04": ("ocpp/test_attacks:a_thousand_wrong_passwords_lock_out_who_tries_them_and_nobody_else",),
    "A05": ("ocpp/test_attacks:a_second_connection_without_credentials_leaves_the_first_alone",),
    "A06": ("ocpp/test_links:a_live_socket_stays_and_the_second_is_refused",),
    "A07": (
        "ocpp/test_links:a_half_dead_socket_is_replaced_and_its_late_end_changes_nothing",
        "ocpp/test_links:a_command_that_was_under_way_on_the_dead_link_is_not_lost_silently",
    ),
    "A08": ("ocpp/test_payments:another_stations_transaction_is_out_of_reach",),
    "A10": ("conformance/test_v201_security:TC_A_06_CSMS",),
    "A11": ("conformance/test_v16_security:TC_086_CSMS",),
    "A12": ("conformance/test_v201_security:TC_A_08_CSMS", "ocpp/test_own_authority:in_with_it_until_it_is_revoked"),
    "A15": ("api/test_maintenance:an_upload_is_bounded_used_once_and_expires",),
    "A18": ("ocpp/test_attacks:words_of_stations_are_only_words",),
    "A19": ("ocpp/test_attacks:more_than_the_schema_knows_is_accounted_all_the_same",),
    "A21": ("ocpp/test_quirks_messages:the_same_message_with_the_same_id_before_the_answer_and_with_a_new_one_after",),
    "A22": ("ocpp/test_sessions16:repeated_starts_and_stops_are_one_transaction",),
    "A23": ("ocpp/test_sessions201:gaps_and_repetitions_of_seq_no",),
    "A25": ("ocpp/test_sessions16:stop_of_an_unknown_transaction_is_confirmed_and_kept",),
    "A26": ("ocpp/test_quirks_sessions:500_queued_messages_in_one_burst_after_a_day_offline",),
    "A27": ("ocpp/test_killed:killed_again_and_again_everything_answered_is_stored_once",),
    "A28": ("ocpp/test_killed:killed_again_and_again_everything_answered_is_stored_once",),
    "A29": ("ocpp/test_links:200_stations_reconnect_at_once",),
    "A31": ("ocpp/test_told_late:a_stop_that_comes_after_the_outlet_denied_its_session_still_counts",),
    "A32": ("api/test_tenants:ids_of_another_company_do_not_exist",),
    "A38": ("ocpp/test_frame_redaction:secrets_are_blanked",),
}


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / f"{file}.py").read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("line", range(1, 27))
def test_every_line_of_the_field_has_its_tests(line: int) -> None:
    assert QUIRKS[line]
    for habit, named in QUIRKS[line].items():
        file, _, function = named.partition(":")
        assert f"test_{function}" in functions(file), habit


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_on_the_edge_has_its_tests(attack: str) -> None:
    for named in ATTACKS[attack]:
        file, _, function = named.partition(":")
        assert f"test_{function}" in functions(file)
