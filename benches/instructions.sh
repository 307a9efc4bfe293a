#!/usr/bin/env bash
# Counts the instructions that each kernel of benches/kernels.rs takes, with callgrind, and compares them with those in
# benches/instructions.txt: a count does not depend on how busy the machine is. A kernel that takes more than a twentieth more
# than there is a regression. `benches/instructions.sh --write` writes the file anew.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "valgrind is not installed: nothing counted"; exit 0; }
bench=$(cargo bench --bench kernels --no-run --message-format=json 2>/dev/null |
  grep -o '"executable":"[^"]*kernels[^"]*"' | cut -d'"' -f4 | tail -1)
kernels=$(grep -oP '^    \("\K[a-z]+(?=", )' benches/kernels.rs)
known=benches/instructions.txt
new=$(mktemp)
for kernel in $kernels; do
  # One thread, so that no one waits for another; reading the data is not counted.
  count=$(RAYON_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='*engine::run*' \
    "$bench" --once "$kernel" 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
  echo "$kernel $count" | tee -a "$new"
done
if [ "${1:-}" = --write ]; then
  mv "$new" "$known"
  exit 0
fi
awk 'NR == FNR { known[$1] = $2; next }
     !($1 in known) { print $1 ": not in benches/instructions.txt"; bad = 1; next }
     $2 > known[$1] * 1.05 { printf "%s: %d instructions, %.1f%% more than %d\n", $1, $2, ($2 / known[$1] - 1) * 100, known[$1]; bad = 1 }
     END { exit bad }' "$known" "$new" && echo "no kernel takes more than a twentieth more than before"
