"""`python -m nlsh`, for places where the script is not on PATH."""

from nlsh.cli import main

raise SystemExit(main())
