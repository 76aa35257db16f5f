"""Bulk actions: one action for many stations, in stages, halted when too much fails."""
