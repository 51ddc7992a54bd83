"""The network manager: interfaces and listening ports; nothing here sends a packet."""
