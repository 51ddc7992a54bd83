"""The process manager: what is running, and stopping it."""
