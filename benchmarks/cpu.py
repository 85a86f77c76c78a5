"""CPU time: what a group of processes has used, with all their children, dead ones too."""

from collections.abc import Iterable

import psutil


class Group:
    """Some processes and all their descendants."""

    def __init__(self, processes: Iterable[psutil.Process]) -> None:
        self._processes = list(processes)

    def seconds(self) -> float:
        """Return the CPU time used so far, user and system."""
        total = 0.0
        for process in self._processes:
            for member in (process, *process.children(recursive=True)):
                try:
                    used = member.cpu_times()
                except psutil.NoSuchProcess:
                    continue  # ended just now: its parent has its time
                # children_*: those that have ended
                total += used.user + used.system + used.children_user + used.children_system
        return total
