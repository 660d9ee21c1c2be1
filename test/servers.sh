#!/bin/sh
# Makes sure that the servers which the tests start are on this machine:
# installs the Debian packages of those that are missing. Arguments are
# command, or command:package where the two differ.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

missing=""
for want in "$@"; do
	command=${want%%:*}
	package=${want##*:}
	command -v "$command" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

run=""
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null 2>&1 || { echo "missing:$missing; install these Debian packages as root" >&2; exit 1; }
	run="sudo"
fi
command -v apt-get >/dev/null 2>&1 || { echo "missing:$missing; this is not Debian: install them by hand" >&2; exit 1; }
echo "installing$missing"
# The tests start their own servers; those of the packages are not to run.
$run apt-get update -q >/dev/null
# shellcheck disable=SC2086 # one word for each package
$run env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends $missing >/dev/null
