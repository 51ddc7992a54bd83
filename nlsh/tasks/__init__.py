"""Task files: sentences that run tonight as they ran today.

parse.py       the file → steps, with line and column for what is wrong
variables.py   declared variables, their types and bounds; secrets by reference
conditions.py  `expect:` and `if:` → a look at the world or at results, and a test
lock.py        sentences → reviewed plans with holes, kept in FILE.lock
running.py     the steps carried out, written down, resumed
"""
