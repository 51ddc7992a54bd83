"""The memory manager: how much is used, and by what."""
