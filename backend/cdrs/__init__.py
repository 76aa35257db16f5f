"""Charge detail records after they are written: corrected, doubted, and as other companies read them (OCPI)."""
