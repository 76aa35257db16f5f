"""Looking back: what was recorded, judged by rules, thresholds and playbooks as they might be."""
