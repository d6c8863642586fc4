"""Committing a union's real-name register of 100,000 staged rows against COPY of the very same rows, as superuser."""

from tests.benchmarks.import_roster import compare
from tests.factories.rosters import union_people, union_tree, unions, workbook

ROWS = 100_000
UNITS = 1_000


def main() -> None:
    compare(
        "import_union",
        kind="union",
        tree_file=workbook([("工会组织", union_tree(UNITS))]),
        people_file=workbook([("会员名册", union_people(ROWS, unions(UNITS)))]),
        rows=ROWS,
        # Each round commits, clears and copies 100,000 people; one is two minutes.
        rounds=1,
    )


if __name__ == "__main__":
    main()
