"""What accounts reads of the roster and the tree, by name: both nouns stand above this one and are not imported."""

from sqlalchemy import BigInteger, Date, Text, column, table

PERSON = table(
    "person",
    column("tenant_id", BigInteger),
    column("id", BigInteger),
    column("name", Text),
    column("name_key", Text(collation="C")),
    column("email", Text),
    column("locale", Text),
    column("state", Text),
)
PERSON_TERM = table(
    "person_term",
    column("tenant_id", BigInteger),
    column("person_id", BigInteger),
    column("term", Text(collation="C")),
)
MEMBERSHIP = table(
    "membership",
    column("tenant_id", BigInteger),
    column("person_id", BigInteger),
    column("unit_id", BigInteger),
    column("until", Date),
)
POST = table(
    "post",
    column("tenant_id", BigInteger),
    column("person_id", BigInteger),
    column("unit_id", BigInteger),
    column("code", Text),
    column("until", Date),
)
UNIT = table(
    "unit",
    column("tenant_id", BigInteger),
    column("id", BigInteger),
    column("path", Text(collation="C")),
    column("name", Text),
    column("state", Text),
)
