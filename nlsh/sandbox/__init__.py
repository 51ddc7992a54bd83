"""Effects become walls here: every tool call runs in a child that the kernel holds to them.

confinement.py  effects → what the child may touch (pure)
zygote.py       a clean small process, started early, that forks one child per call
child.py        what a child does: build the walls, then run the tool
landlock.py     files, TCP, abstract sockets, signals
seccomp.py      system calls
namespaces.py   a root of its own, no network, no other processes
limits.py       descriptors, capabilities, memory, time
probe.py        what this kernel really enforces
broker.py       the few facts that cannot be had from inside
start.py        starts the zygote before anything else
grants.py       what a child is given, as descriptors
terminal.py     the user's terminal, for a program that fills the screen
job.py          commands that go on in the background
acts.py         what is done outside, from a closed list; programs.py and web.py what they use
client.py       the shell's side of it all
"""
