#!/bin/sh
# The nation as a zone set, brought in like any office's layers: zone_set.sh BIN NATION FOLDER
set -eu
screening="$1/screening"; nation="$2"; to="$3"
mkdir -p "$to"
cat > "$to/atlas.yaml" <<'CARD'
id: nation
title: {zh: 虚构全国, en: An invented nation}
note: {zh: 虚构数据，不得用于任何实际决策, en: Invented; must not be used for real decisions}
invented: yes
layers: []
CARD
bring() {
  name="$1"; shift
  "$screening" zones import "$nation/$name.parquet" --id "$name" --to "$to" --source invented --as-of 2026-06-30 \
    --stale-after 2036-01-01 --licence CC0-1.0 --map name=name --lang en "$@"
}
bring frame --as frame --geometry extent --tolerance "0 m"
bring units --as control_unit --geometry units --tolerance "20 m" --complete-within frame --map code=code --map class=class
bring counties --as county --geometry admin --tolerance "20 m" --complete-within frame --map code=code
bring redline --as ecological_redline --geometry area --tolerance "20 m" --complete-within frame
bring shoreline --as yangtze_shoreline --geometry line --tolerance "5 m" --complete-within frame
