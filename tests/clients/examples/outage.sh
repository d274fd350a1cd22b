#!/bin/sh
# Starts a cluster, makes the outage of the case study, and asks what is left. It needs curl.
set -eu
scenario=$1
folder=$(mktemp -d)

"${ROSTERLAB_PROGRAM:-rosterlab}" serve "$scenario" --port-base 0 --speed 20 --ready-file "$folder/ready.json" >"$folder/log" </dev/null &
server=$!
trap 'kill $server 2>/dev/null || :; wait $server || :; rm -rf "$folder"' EXIT
until [ -s "$folder/ready.json" ]; do kill -0 $server; sleep 0.1; done
control=$(sed -n 's/^control //p' "$folder/log")

steps() { curl -fsS -H 'content-type: application/json' -d "$1" "$control/steps?until=settled" >"$folder/told.json"; }

steps '{"do": "stop", "nodes": ["B101", "B102"]}'
steps '{"do": "expect", "active": 4096}'
steps '{"do": "crash", "nodes": ["A102"]}'
steps '{"do": "expect", "active": 0, "unavailable": 4096}'
echo "everything is unavailable"
