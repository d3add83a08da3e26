#!/bin/sh
# What compose hands to the processes as files, made once: the passwords at the databases, of services and of their doors,
# and the key of the vault. The folder is for its owner alone; the files in it are readable, because inside a container
# somebody else reads them.
set -eu
folder="${1:-.fengqiao/compose}"
mkdir -p "$folder"
chmod 700 "$folder"
made() {
  [ -s "$folder/$1" ] || { head -c 32 /dev/urandom | base64 | tr -d '\n' > "$folder/$1.new"; mv "$folder/$1.new" "$folder/$1"; }
  chmod 444 "$folder/$1"
}
made postgres-password
made postgres-door-password
made vault-key
