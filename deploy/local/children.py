"""The product's own processes in the embedded run: each with a log, a friendly end, and no life without us."""

import ctypes
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.processes import CannotStart, tail

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Child:
    """One of our processes. `seconds` after the friendly signal comes `then`, and after as long again SIGKILL."""

    name: str
    command: list[str]
    environment: dict[str, str]
    data_dir: Path
    seconds: float = 20
    then: int = signal.SIGTERM
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def log(self) -> Path:
        return self.data_dir / "log" / f"{self.name}.log"

    @contextmanager
    def running(self) -> Iterator[None]:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - we have one thread only
            )
        try:
            yield
        finally:
            self.end()

    def must_run(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise CannotStart(
                f"{self.name} ended by itself ({code}):\n{tail(self.log)}\n\nAll of it: {self.log}"
            )

    def end(self) -> None:
        for how in (signal.SIGTERM, self.then, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(how)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(self.seconds)


def _end_with_parent() -> None:
    """If we are killed and cannot stop anybody, the kernel tells our children to end."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
