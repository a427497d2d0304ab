#!/bin/sh
# Makes the namespace with a retention of 30 days and Portage's search attributes. Safe to repeat.
# The server image makes neither, and a workflow that sets an attribute which is not registered waits until it is.
set -eu

: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}"
RETENTION=720h
ATTEMPTS=60

# Repeats a command, once a second, until it succeeds.
try() {
  attempt=1
  until "$@"; do
    if [ "$attempt" -ge "$ATTEMPTS" ]; then
      echo "Gave up after $ATTEMPTS attempts: $*" >&2
      return 1
    fi
    attempt=$((attempt + 1))
    sleep 1
  done
}

has_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1
}

make_namespace() {
  has_namespace || temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
}

has_attribute() {
  temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" 2>/dev/null | grep -qw "$1"
}

make_attribute() {
  has_attribute "$1" || temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type "$2"
}

try temporal operator cluster health
try make_namespace
# A namespace that somebody made before has the server's own retention.
try temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
try make_attribute PortageMigration Keyword
try make_attribute PortagePhase Keyword
try make_attribute PortageState Keyword
try make_attribute PortageDone Int
try make_attribute PortageTotal Int
