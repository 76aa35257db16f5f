"""`wattline bench`: speed and memory, measured beside a baseline in the same run. docs/performance.md tells how."""
