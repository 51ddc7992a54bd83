"""The files manager: finding, reading, making, moving and taking away files and folders."""
