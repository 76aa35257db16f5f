"""Exports: sessions, charge detail records and payments as tables for spreadsheets and bookkeeping."""
