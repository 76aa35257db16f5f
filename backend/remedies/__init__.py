"""Mending: playbooks try one step after the other within their guards, and look whether it helped."""
