#!/bin/sh
# In a container: what is secret comes as files in /run/secrets, and goes on as settings of this process alone.
# A file named BOT_... holds the value of that setting; `secret` is copied to where Rasa's endpoints may be written beside.
set -eu
umask 077
for file in /run/secrets/BOT_*; do
    [ -f "$file" ] || continue
    export "$(basename "$file")=$(cat "$file")"
done
if [ -f /run/secrets/secret ]; then
    cp /run/secrets/secret /run/assistant/secret
fi
exec "$@"
