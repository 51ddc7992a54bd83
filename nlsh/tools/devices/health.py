"""What the disks say about their health, as far as it can be read without special rights."""

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import entries, text
from nlsh.turn import Effects, Result


class Health(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /sys; full SMART tables need raw access to the disk, which no tool has."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per disk: state, temperature, errors where the driver tells them."""
    rows = []
    for disk in entries("/sys/block"):
        if disk.startswith(("loop", "ram", "zram")):
            continue
        folder = f"/sys/block/{disk}/device"
        temperature = next(
            (t for h in entries(f"{folder}/hwmon") if (t := text(folder, "hwmon", h, "temp1_input"))), ""
        )
        rows.append(
            {
                "device": f"/dev/{disk}", "model": text(folder, "model"), "state": text(folder, "state"),
                "temperature": int(temperature) / 1000 if temperature else None,
                "errors": int(count, 0) if (count := text(folder, "ioerr_cnt")) else None,
                "spins": {"1": "yes", "0": "no"}.get(text("/sys/block", disk, "queue", "rotational"), ""),
            }
        )  # fmt: skip
    notes = (
        ["the full SMART table needs: ! sudo smartctl -a DISK"]
        if rows
        else ["the kernel shows no disks here"]
    )
    return Result("records", rows, notes=notes)


TOOL = Tool(
    summary="how healthy the disks are",
    args=Health,
    effects=effects,
    run=run,
    gives="records",
    examples=("is my disk healthy", "smart status", "is the ssd dying", "disk errors", "硬盘健康吗"),
)
