"""What nlsh remembers: sessions, turns, steps, and the journal that makes changes reversible."""
