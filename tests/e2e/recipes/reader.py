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

    def __init__(self, folder, stands_for, **environment):
        self.folder = folder
        #: What of the page is something else here: ports, most of all.
        self.stands_for = stands_for
        #: What this machine needs beside what the page says.
        self.more = environment
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
        # Ansible starts in UTF-8 only, and machines of CI often have no language at all.
        return kept | {"PATH": path, "HOME": str(self.home), "LC_ALL": "C.UTF-8", **self.more}

    def here(self, text):
        for old, new in self.stands_for.items():
            text = text.replace(str(old), str(new))
        return text

    def follow(self, page, only=None):
        """Does all of a page or, with `only`, of the section under that heading."""
        text = page.read_text()
        if only is not None:
            text = section(text, only)
        script, shown = [], []
        for block in blocks_of(text, page.name):
            if block.file is not None:
                script.append(heredoc(block.file, self.here(block.text)))
                continue
            output = self.folder / f"output{len(shown)}"
            script.append(f"{{\n{self.here(block.text)}}} >{output}")
            shown.append((block, output))
        status, errors = self.type(script)
        outputs = "\n".join(output.read_text() for _, output in shown if output.exists())
        assert status == 0, f"{page.name}: {status}\n{outputs[-3000:]}\n{errors[-3000:]}"
        for block, output in shown:
            if block.output is not None:
                seen = output.read_text()
                assert seen.strip() == self.here(block.output).strip(), f"{page.name}, line {block.line}, prints:\n{seen}"

    def save(self, page):
        """Saves the files of a page and does nothing else of it."""
        files = [block for block in blocks_of(page.read_text(), page.name) if block.file is not None]
        assert files
        assert self.type([heredoc(block.file, self.here(block.text)) for block in files])[0] == 0

    def type(self, script, seconds=180, **environment):
        """Types commands into one shell, and answers how it ended and what it printed that no file took."""
        printed = self.folder / "printed"
        with printed.open("w") as log:
            shell = subprocess.Popen(
                ["bash", "-c", "\n".join(["set -euo pipefail", *script])],
                cwd=self.home,
                env=self.environment() | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
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
        return status, printed.read_text()


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
