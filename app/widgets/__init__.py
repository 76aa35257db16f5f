"""Small shared components. They get values and callbacks; they know neither the API nor the live socket."""
