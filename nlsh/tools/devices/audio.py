"""Sound cards."""

import re

from nlsh.arguments import Args
from nlsh.tool import Asked, Tool, Work
from nlsh.tools.devices._sys import text
from nlsh.turn import Effects, Result


class Audio(Args):
    """Nothing to say."""


def effects(_: Asked) -> Effects:
    """Reads /proc/asound."""
    return Effects(sees_devices=True)


def run(work: Work) -> Result:
    """One row per card with its outputs and inputs."""
    rows = []
    for number, name in re.findall(r"^\s*(\d+) \[.*?\]:\s*(.+)$", text("/proc/asound/cards"), re.MULTILINE):
        streams = [
            line for line in text("/proc/asound/pcm").splitlines() if line.startswith(f"{int(number):02d}-")
        ]
        rows.append(
            {
                "card": int(number),
                "name": name,
                "outputs": sum("playback" in s for s in streams),
                "inputs": sum("capture" in s for s in streams),
            }
        )
    return Result("records", rows, notes=[] if rows else ["this machine has no sound card"])


TOOL = Tool(
    summary="sound cards",
    args=Audio,
    effects=effects,
    run=run,
    gives="records",
    examples=(
        "which sound cards are there",
        "audio devices",
        "do I have a microphone",
        "aplay -l",
        "有声卡吗",
    ),
)
