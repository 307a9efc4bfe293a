"""Calculates the cases of `tests/spec` that are no examples of the reference page.

    python3 tests/spec/calculate            writes them
    python3 tests/spec/calculate --check    says which are not as calculated, and exits with 1

It shares no code with Attain: exact fractions, the standard library's dates, and plain loops.
"""

import os
import sys

import calendars
import groups
import values
from case import FOLDER


def main():
    checking = sys.argv[1:] == ["--check"]
    cases = values.cases() + calendars.cases() + groups.cases()
    wrong = []
    for case in cases:
        path = os.path.join(FOLDER, case.path + ".txt")
        text = case.finished()
        if checking:
            if not os.path.exists(path) or open(path, encoding="utf-8", newline="").read() != text:
                wrong.append(case.path)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    print(f"{len(cases)} cases, {sum(len(case.expected) + len(case.stopped) for case in cases)} values")
    for path in wrong:
        print(f"{path} is not as calculated")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
