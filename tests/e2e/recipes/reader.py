"""Somebody who does what a page says, and nothing else: saves its files, types its commands, and looks at what they print."""

import os
import pathlib
import signal
import subprocess
import sys

from conftest import BINARY, ROOT

from recipes.page import blocks_of

#: What a reader has installed: the programs of the Python that runs the tests, and the server itself.
PROGRAMS = pathlib.Path(sys.executable).parent
NODE_MODULES = ROOT / "tests" / "e2e" / "javascript" / "node_modules"


class Reader:
    """A reader in a folder of his own."""

    def __init__(self, folder, ports):
        self.folder = folder
        #: The ports of the page, and those that stand for them here.
        self.ports = ports
        self.home = folder / "work"
        self.home.mkdir()
        self.programs = folder / "bin"
        self.programs.mkdir()
        (self.programs / "cachette").symlink_to(BINARY)
        (self.home / "node_modules").symlink_to(NODE_MODULES)

    def environment(self):
        """Nothing that the page does not tell to set, so that what it forgets is missing."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CACHETTE_", "PYTEST_"))}
        path = f"{self.programs}:{PROGRAMS}:{os.environ['PATH']}"
        return kept | {"PATH": path, "HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1", "ANSIBLE_NOCOLOR": "1"}

    def here(self, text):
        for old, new in self.ports.items():
            text = text.replace(str(old), str(new))
        return text

    def follow(self, page, only=None, seconds=120):
        """Does all of a page or, with `only`, of the section under that heading."""
        text = page.read_text()
        if only is not None:
            text = section(text, only)
        script, shown = ["set -euo pipefail"], []
        for block in blocks_of(text, page.name):
            if block.file is None:
                output = self.folder / f"output{len(shown)}"
                script.append(f"{{\n{self.here(block.text)}}} >{output}")
                shown.append((block, output))
            elif block.file:
                script.append(heredoc(block.file, self.here(block.text)))
        self.run("\n".join(script), shown, page, seconds)
        for block, output in shown:
            if block.output is not None:
                seen = output.read_text()
                assert seen.strip() == self.here(block.output).strip(), f"{page.name}, line {block.line}, prints:\n{seen}"

    def run(self, script, shown, page, seconds):
        errors = self.folder / "errors"
        with errors.open("w") as stderr:
            shell = subprocess.Popen(
                ["bash", "-c", script],
                cwd=self.home,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
            )
            try:
                status = shell.wait(seconds)
            except subprocess.TimeoutExpired:
                status = f"no end after {seconds} s"
            finally:
                # What a page starts in the background must not outlive a page that breaks off.
                end_session(shell.pid)
                shell.wait(10)
        outputs = "\n".join(output.read_text() for _, output in shown if output.exists())
        assert status == 0, f"{page.name}: {status}\n{outputs[-3000:]}\n{errors.read_text()[-3000:]}"


def end_session(leader):
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def heredoc(name, text):
    """Saves a file at its place in the page, so that a page can change it."""
    return f"mkdir -p \"$(dirname '{name}')\"\ncat >'{name}' <<'END OF {name}'\n{text}END OF {name}"


def section(text, heading):
    """What stands under a heading, down to the next one of its level."""
    level = heading.split(" ")[0]
    start = text.index(f"\n{heading}\n")
    end = text.find(f"\n{level} ", start + 1)
    return text[start : len(text) if end == -1 else end]
