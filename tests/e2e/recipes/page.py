"""What a page of the documentation tells its reader to do: its blocks of code, in their order.

A block of `sh` is typed into one shell, and a block of `text` or `json` after it is what that prints. A comment in the line
before a block says what else is to be done with it:

    <!-- file: app.py -->       the reader saves it under that name
    <!-- not run: reason -->    the test leaves it out, and the reason says why

There is nothing else, so that no block can be on a page without a test of it.
"""

import dataclasses
import re

MARKER = re.compile(r"<!-- (?P<what>file|not run): (?P<more>.+) -->$")


@dataclasses.dataclass
class Block:
    """One block between fences."""

    language: str
    line: int
    text: str
    file: str | None = None
    #: What the block after it shows as the output.
    output: str | None = None


def blocks_of(text, where):
    """The blocks that have to be run or saved. `where` names the page in what is wrong with it."""
    found, marker, block = [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        if block is not None:
            if line != "```":
                block.text += line + "\n"
                continue
            keep(found, block, marker, f"{where}, line {block.line}")
            marker, block = None, None
        elif line.startswith("```"):
            block = Block(line[3:].strip(), number, "")
        elif line.startswith("<!--"):
            marker = MARKER.match(line)
            assert marker, f"{where}, line {number}: a comment that says nothing of a block"
        else:
            assert marker is None, f"{where}, line {number}: a comment has to stand right before its block"
    assert block is None, f"{where}: the last block has no end"
    return found


def keep(found, block, marker, where):
    """Adds a block to those that were found, or what it says to the one before it."""
    if marker is not None and marker["what"] == "not run":
        return
    if marker is not None:
        block.file = marker["more"]
        found.append(block)
    elif block.language == "sh":
        found.append(block)
    else:
        assert block.language in ("text", "json"), f"{where}: nothing says what to do with a block of {block.language!r}"
        assert found and found[-1].file is None and found[-1].output is None, f"{where}: nothing printed this"
        found[-1].output = block.text
