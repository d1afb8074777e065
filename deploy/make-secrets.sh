#!/bin/sh
# Write the secrets of compose.yml into deploy/secrets/, once: what is there stays. Run as root, so that each file can
# belong to the user that reads it in its container.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"
random() { head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }
keep() {  # name, owner in the container, value
    if [ ! -e "$folder/$1" ]; then
        printf '%s' "$3" > "$folder/$1"
        [ "$(id -u)" != 0 ] || chown "$2" "$folder/$1"
    fi
}
PARTS=10001 POSTGRES=999 REDIS=999 RABBITMQ=999
keep secret $PARTS "$(random)"
keep postgres_password $POSTGRES "$(random)"
keep redis_password $REDIS "$(random)"
keep rabbitmq_settings $RABBITMQ "default_user = assistant
default_pass = $(random)
"
postgres="postgresql+psycopg2://assistant:$(cat "$folder/postgres_password")@postgres:5432/assistant"
keep BOT_DATABASE_URL $PARTS "$postgres"
keep BOT_RECORDS_URL $PARTS "$postgres"
keep BOT_REDIS_URL $PARTS "redis://:$(cat "$folder/redis_password")@redis:6379/0"
keep BOT_BROKER_URL $PARTS "amqp://assistant:$(sed -n 's/^default_pass = //p' "$folder/rabbitmq_settings")@rabbitmq:5672"
