"""What people call the plugs that OCPI names."""

PLUGS = {
    "IEC_62196_T2": "Type 2",
    "IEC_62196_T2_COMBO": "CCS",
    "IEC_62196_T1": "Type 1",
    "IEC_62196_T1_COMBO": "CCS 1",
    "CHADEMO": "CHAdeMO",
    "DOMESTIC_F": "Schuko",
    "TESLA_S": "Tesla",
    "SAE_J3400": "NACS",
}
"""By OCPI ConnectorType."""
DC_PLUGS = frozenset({"IEC_62196_T2_COMBO", "IEC_62196_T1_COMBO", "CHADEMO", "TESLA_S"})
"""Those that are hardly ever anything else."""


def plug(standard: str) -> str:
    """In English; a plug that nobody named is told as OCPI does, a little tidied."""
    return PLUGS.get(standard, standard.replace("_", " ").title())
