"""How `nlsh -c` finds the process that waits in the background with everything loaded, and asks it.

place.py says where it listens and who fits it, client.py asks it; nlsh/daemon.py is it. Nothing depends on
it: whoever does not find it, or does not fit it, does the work itself.
"""
