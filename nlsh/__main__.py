"""`python -m nlsh`, for places where the script is not on PATH."""

from nlsh.entry import main

raise SystemExit(main())
