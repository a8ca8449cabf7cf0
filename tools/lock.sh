#!/bin/sh
# Resolves pyproject.toml into two lock files, for every platform and Python from 3.11 on, with hashes, naming no registry:
# requirements.lock (everything, for .venv), docker/requirements.lock (the part of it an image needs) and
# docker/requirements-ocr.lock (the same for an image that reads scans).
# uv resolves; it lives in a throwaway environment and is no dependency of the project. uv does not read pip.conf: the
# index named there, if any, is handed over.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT INT TERM
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip --disable-pip-version-check install -q uv
index=$("$place/venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)
if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi

resolve() {
    "$place/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}

# With an existing lock only what pyproject.toml asks for changes; UPGRADE=1 takes the newest of everything.
resolve ${UPGRADE:+--upgrade} --all-extras pyproject.toml -o requirements.lock
image="--extra cluster -c requirements.lock"
echo setuptools | resolve $image pyproject.toml - -o docker/requirements.lock
echo setuptools | resolve $image --extra ocr pyproject.toml - -o docker/requirements-ocr.lock
