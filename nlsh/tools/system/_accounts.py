"""The tables of users and groups (passwd(5), group(5))."""

from nlsh.tools.devices._sys import text
from nlsh.turn import Row

TABLES = ("/etc/passwd", "/etc/group")


def users() -> list[Row]:
    """One row per account."""
    rows: list[Row] = []
    for line in text("/etc/passwd").splitlines():
        fields = line.split(":")
        if len(fields) >= 7 and fields[2].isdigit():
            rows.append(
                {
                    "user": fields[0],
                    "uid": int(fields[2]),
                    "gid": int(fields[3]),
                    "name": fields[4].split(",")[0],
                    "home": fields[5],
                    "shell": fields[6],
                }
            )
    return rows


def groups() -> list[Row]:
    """One row per group with its members."""
    rows: list[Row] = []
    for line in text("/etc/group").splitlines():
        fields = line.split(":")
        if len(fields) >= 4 and fields[2].isdigit():
            rows.append({"group": fields[0], "gid": int(fields[2]), "members": fields[3].replace(",", " ")})
    return rows
