"""Invented people: nobody's name, a region and a telephone prefix that do not exist, a right check digit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.web.commands.demo.plan import read
from shared.db.types import PartialDate

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
#: No region's code begins with 99, and no operator was given 154.
REGION = "99"
PREFIX = "154"


@dataclass(frozen=True, slots=True)
class Invented:
    name: str
    sex: str
    ethnic: str
    born: PartialDate
    birthday: date
    identity: str | None
    phone: str | None
    email: str | None


class Inventor:
    """Draws people one after the other; the same seed draws the same people."""

    def __init__(self, seed: str, on: date) -> None:
        self.chance = Random(seed)
        self.on = on
        self.domain = seed
        self.count = 0
        self._numbers: set[str] = set()
        self._names: set[str] = set()

    def person(self, *, retired: bool = False, reachable: bool = False) -> Invented:
        """One person of 22 to 59 years, or of 61 to 84. A few lack a telephone, an address or an identity number.

        `reachable`: hardly ever without an address.
        """
        chance = self.chance
        self.count += 1
        sex = chance.choice("mmf" if not retired else "mf")
        years = chance.randint(61, 84) if retired else chance.randint(22, 59)
        birthday = date(self.on.year - years - 1, 1, 1) + timedelta(days=chance.randrange(365))
        exact = chance.random() < 0.8
        return Invented(
            name=self.name(sex),
            sex=sex,
            ethnic=chance.choices(read("names")["ethnic"]["names"], read("names")["ethnic"]["weights"])[0],
            born=PartialDate(birthday.isoformat() if exact else birthday.isoformat()[:7]),
            birthday=birthday,
            identity=None if chance.random() < 0.02 else self._identity(birthday, sex),
            phone=None if chance.random() < 0.04 else self._fresh(lambda: PREFIX + self._digits(8)),
            email=None
            if chance.random() < (0.05 if reachable else 0.25)
            else f"p{self.count:04d}@{self.domain}.example",
        )

    def name(self, sex: str) -> str:
        """A surname and one or two characters; hardly ever twice the same."""
        chance, lists = self.chance, read("names")
        given = lists["given"]
        name = ""
        for _attempt in range(20):
            rare = chance.randrange(lists["polyphonic_one_in"]) == 0
            surname = chance.choice(lists["polyphonic" if rare else "surnames"])
            if chance.randrange(given["single_one_in"]) == 0:
                name = surname + chance.choice(given["single"])
            else:
                name = surname + chance.choice(given[f"{sex}_first"]) + chance.choice(given[f"{sex}_second"])
            if name not in self._names:
                break
        self._names.add(name)
        return name

    def _digits(self, length: int) -> str:
        return "".join(self.chance.choices("0123456789", k=length))

    def _identity(self, birthday: date, sex: str) -> str:
        def draw() -> str:
            order = self._digits(2) + self.chance.choice("13579" if sex == "m" else "02468")
            body = REGION + self._digits(4) + birthday.strftime("%Y%m%d") + order
            total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
            return body + _CHECKS[total % 11]

        return self._fresh(draw)

    def _fresh(self, draw: Callable[[], str]) -> str:
        while (number := draw()) in self._numbers:
            pass
        self._numbers.add(number)
        return number
