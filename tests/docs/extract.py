"""Writes the code blocks of a page that name a file (```cpp name.cpp) to a folder: extract.py PAGE FOLDER.

Prints the paths of what it wrote, one a line. A file that is as it should be is left alone, so that nothing is compiled
again for it.
"""
import pathlib
import re
import sys

BLOCK = re.compile(r"^```cpp (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> int:
    page, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    if not blocks:
        print(f"{page}: no code block names a file", file=sys.stderr)
        return 1
    for name, code in blocks:
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != code:
            target.write_text(code, encoding="utf-8")
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
