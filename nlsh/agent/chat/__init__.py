"""Larger models: any chat GGUF, here or behind a server, drives the same tools over several rounds."""
