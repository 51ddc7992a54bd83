"""The conversation itself: its last result, its history, undo, help."""
