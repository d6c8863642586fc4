"""Build the gettext catalogues: `python -m shared.locale.build`.

A part is a table of two columns, English message id and Simplified Chinese, one part a noun. Traditional Chinese comes
from the Simplified through OpenCC (Taiwan-neutral s2t), with zh_Hant.tsv correcting by hand where that errs. English is
the message id itself.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from opencc import OpenCC

HERE = Path(__file__).parent


def read_part(path: Path) -> dict[str, str]:
    """Message id to translation. Raises ValueError naming file and line where a line is not two columns."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = [column.replace("\\n", "\n") for column in line.split("\t")]
        if len(columns) != 2 or not all(columns):
            raise ValueError(f"{path.name}:{number}: two columns, divided by one TAB: {line!r}")
        found[columns[0]] = columns[1]
    return found


def simplified() -> dict[str, str]:
    """All parts together. Raises ValueError where two parts translate one message differently."""
    merged: dict[str, str] = {}
    origin: dict[str, str] = {}
    for path in sorted((HERE / "parts").glob("*.tsv")):
        for message, translation in read_part(path).items():
            if merged.get(message, translation) != translation:
                raise ValueError(
                    f"{message!r}: {origin[message]} says {merged[message]!r}, {path.name} {translation!r}"
                )
            merged[message] = translation
            origin[message] = path.name
    return merged


def traditional(simple: dict[str, str]) -> dict[str, str]:
    """OpenCC's reading of the Simplified catalogue, corrected by hand."""
    convert = OpenCC("s2t")
    corrected = read_part(HERE / "zh_Hant.tsv")
    return {message: corrected.get(message) or convert.convert(text) for message, text in simple.items()}


def write(locale: str, messages: dict[str, str]) -> None:
    catalogue = Catalog(locale=locale, project="Jiceng", charset="utf-8")
    for message, translation in sorted(messages.items()):
        catalogue.add(message, translation, flags=["python-format"] if "%(" in message else [])
    folder = HERE / locale / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "messages.mo.part"
    with part.open("wb") as handle:
        write_mo(handle, catalogue)
    part.replace(folder / "messages.mo")


def main() -> None:
    simple = simplified()
    write("zh_Hans", simple)
    write("zh_Hant", traditional(simple))


if __name__ == "__main__":
    main()
