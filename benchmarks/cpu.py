"""CPU time of a group of processes and all their children, including dead ones."""

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
                    continue  # it has just ended: its time is counted in its parent
                # children_*: those that have ended
                total += used.user + used.system + used.children_user + used.children_system
        return total
