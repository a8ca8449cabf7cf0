#!/bin/sh
# Proves on a machine without a container engine that docker/Dockerfile builds and that what it builds works: a base
# system by debootstrap, the image by buildah (chroot isolation, vfs, host network), then the command, the doctor, the
# whole demo, and scheduler, pages and worker as steps of one more build. Needs root on Debian or Ubuntu with buildah and
# debootstrap; with `make setup` done before, the worker is given a PostgreSQL on 127.0.0.1.
#
# pip's configuration of this machine (mirror, CA bundle) is handed to the build as secrets and stays out of the image.
# KEEP=dir keeps everything there, the base included, for a quicker second run; without it nothing is left behind.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "image-proof: needs root (debootstrap and chroot isolation)" >&2; exit 2; }
for tool in buildah debootstrap; do
    command -v "$tool" >/dev/null || { echo "image-proof: $tool is missing; apt-get install buildah debootstrap" >&2; exit 2; }
done

place=${KEEP:-$(mktemp -d)}
mkdir -p "$place"
postgres=
finish() {
    [ -z "$postgres" ] || { kill "$postgres" && wait "$postgres"; } 2>/dev/null || true
    [ -n "${KEEP:-}" ] || rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM
started=$(date +%s)
say() { echo "== $(($(date +%s) - started)) s: $*"; }
box() { command buildah --root "$place/storage" --runroot "$place/run" --storage-driver vfs "$@"; }
build() { box bud --isolation chroot --format docker --network host --pull-never --layers=false "$@"; }

# The oldest Debian with a Python new enough; its package sources are debootstrap's own default.
if [ ! -f "$place/base.made" ]; then
    say "base system"
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "${SUITE:-bookworm}" "$place/base" \
        "${MIRROR:-}" >"$place/debootstrap.log" 2>&1 || { tail -n 5 "$place/debootstrap.log" >&2; exit 1; }
    container=$(box from scratch)
    box copy -q "$container" "$place/base" / >/dev/null
    box commit -q "$container" localhost/gongkai-base >/dev/null
    box rm "$container" >/dev/null
    rm -rf "$place/base"
    touch "$place/base.made"
fi

ca=${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}
index=$(python3 -m pip config get global.index-url 2>/dev/null || true)
printf '[global]\ncert = /run/secrets/ca.pem\n%s\n' "${index:+index-url = $index}" >"$place/pip.conf"

say "image"
build --build-arg BASE=localhost/gongkai-base --secret "id=pip.conf,src=$place/pip.conf" --secret "id=ca.pem,src=$ca" \
    -f docker/Dockerfile -t localhost/gongkai .
say "command, doctor, demo and services inside it"
mkdir -p "$place/context"
cp docker/services.py "$place/context/"
catalog=
if [ -x .venv/bin/python ]; then
    .venv/bin/python -m tests.postgres_server >"$place/catalog" &
    postgres=$!
    while [ ! -s "$place/catalog" ] && kill -0 "$postgres"; do sleep 0.2; done
    catalog=$(cat "$place/catalog")
fi
cat >"$place/Dockerfile" <<'STEPS'
FROM localhost/gongkai
ARG CATALOG=""
RUN test "$(id -u)" = 10001 && test -w "$GONGKAI_ARCHIVE" && ! test -w /opt/gongkai
RUN gongkai --help
RUN gongkai doctor
RUN gongkai doctor --json | python3 -c 'import json, sys; have = {f["name"]: f["state"] for f in json.load(sys.stdin)}; \
    sys.exit([n for n in ("unar", "libarchive", "psycopg") if have[n] != "ok"] or 0)'
RUN gongkai demo
COPY services.py /
RUN ${CATALOG:+env GONGKAI_CATALOG=$CATALOG} python3 /services.py
RUN ! test -e /run/secrets/ca.pem && ! test -s /etc/pip.conf
STEPS
build -f "$place/Dockerfile" --build-arg "CATALOG=$catalog" -t localhost/gongkai-proved "$place/context"
say "proved: $(box images --format '{{.Size}}' localhost/gongkai)"
