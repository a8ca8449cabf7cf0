#!/bin/sh
# Makes .venv with everything requirements.lock names and the package itself, editable. Called by `make setup`.
#
# Does nothing when nothing changed: the stamp is written last and holds what the environment was made from, so an
# interrupted run is simply run again. Plain pip does the installing because it reads pip.conf, where people name
# the mirror they can reach. Nothing unpinned is fetched: packages published as source only are built with the
# setuptools of the lock (--no-build-isolation), never with one pip would pick by itself.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/.made-from
say() { printf '%s\n' "$*" >&2; }
fail() { say "make setup: $*"; exit 2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# The place belongs to it because the scripts in .venv/bin carry absolute paths: a moved clone needs a new one.
made_from() { { pwd; cat requirements.lock pyproject.toml; } | cksum; }

# Without PYTHON=… the environment keeps the Python it was made with.
python_asked_for() { [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" --version 2>&1)" = "$("$venv/bin/python" --version 2>&1)" ]; }

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(made_from)" ] && "$venv/bin/python" -c '' 2>/dev/null && python_asked_for; then
    exit 0
fi

# A name on the PATH proves nothing (a version manager's shim may stand for a version that is not there): each is run.
python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    if new_enough "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    found=$({ "${PYTHON:-python3}" --version; } 2>&1 | tail -n 1 || true)
    fail "Gongkai needs Python 3.11 or newer; ${PYTHON:-python3} says: ${found:-nothing}.
  Install it (Debian/Ubuntu: apt install python3 python3-venv; macOS: brew install python) or name one:
  make setup PYTHON=/path/to/python3.12
  需要 Python 3.11 或更高版本；可用 PYTHON=路径 指定。"
fi
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "$python lacks the venv or ensurepip module.
  Debian/Ubuntu: apt install python3-venv; or name another Python: make setup PYTHON=/path/to/python3.12
  缺少 venv 模块：请安装 python3-venv，或用 PYTHON=路径 指定另一个 Python。"

rm -f "$stamp"
say "Setting up $venv with $("$python" --version 2>&1): about 130 pinned packages, 1.1 GB on disk. Once, then never again until they change."
"$python" -m venv --clear "$venv"

quiet=-q
if [ -t 2 ]; then quiet=; fi
export PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0
install() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input install $quiet "$@"; }

builder=$venv/setuptools.lock
sed -n '/^setuptools==/,/^    # via/p' requirements.lock >"$builder"
install --require-hashes -r "$builder"
install --require-hashes --no-build-isolation --use-pep517 -r requirements.lock
install --no-deps --no-build-isolation -e .
made_from >"$stamp"
say "Ready: $venv/bin/gongkai --help"
