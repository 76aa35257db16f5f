"""The power of a location: its tree, the controller that keeps to it, signals from outside, and what it comes to."""
