"""The tools: one file each, its path is its name. They run only inside the sandbox."""
