"""The third wall: row-level security, as statements a migration executes.

Every tenant's table: ENABLE and FORCE, one policy on the open tenant, and no more rights than reading and writing rows.
The settings are read through a sub-select, so that PostgreSQL evaluates them once a statement.
"""

from collections.abc import Iterator

TENANT = "(select nullif(current_setting('app.tenant_id', true), '')::bigint)"
LOGIN = "(select nullif(current_setting('app.login_id', true), '')::bigint)"
IDENTIFIER = "(select nullif(current_setting('app.identifier', true), ''))"
PLATFORM = "(select current_setting('app.scope', true) = 'platform')"

APP_ROLE = "jiceng_app"


def wall(table: str, *, rights: str = "select, insert, update, delete") -> Iterator[str]:
    """The statements that wall one tenant-owned table of the schema public."""
    yield f"alter table public.{table} enable row level security"
    yield f"alter table public.{table} force row level security"
    yield (
        f"create policy tenant on public.{table} using (tenant_id = {TENANT})"
        f" with check (tenant_id = {TENANT})"
    )
    yield f"grant {rights} on public.{table} to {APP_ROLE}"


def append_only(table: str) -> Iterator[str]:
    """A table of which the running system may never change or remove a row."""
    yield from wall(table, rights="select, insert")


def platform_wall(
    table: str, rights: str, policies: dict[str, tuple[str, str | None, str | None]]
) -> Iterator[str]:
    """The statements for one table of the schema platform.

    `policies` maps a name to (command, using, with check); what no policy admits is refused.
    """
    yield f"alter table platform.{table} enable row level security"
    yield f"alter table platform.{table} force row level security"
    for name, (command, using, check) in policies.items():
        yield (
            f"create policy {name} on platform.{table} for {command}"
            + (f" using ({using})" if using else "")
            + (f" with check ({check})" if check else "")
        )
    yield f"grant {rights} on platform.{table} to {APP_ROLE}"
