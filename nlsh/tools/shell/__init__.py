"""External commands, in the strictest tier of the sandbox."""
