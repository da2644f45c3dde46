# Claim: plan's numbers are those of a count by hand and of the file that run creates.
. "$(dirname "$0")/../shell.sh"
sweep=$here/sweep.yaml

number() { # the number at the start of a row's value
    sed -nE "s/^$1 +([0-9.e+-]+).*/\1/p" out
}
expect 0 "$SPECBIAS" plan "$sweep" --ranks 2
[ -z "$(ls | grep -vE '^(out|err)$')" ] || fail "plan wrote a file"
[ "$(number trials)" = 6 ] || fail "3 seeds times 2 widths are 6 trials"
[ "$(number records)" = 24 ] || fail "each of 6 trials has the records 0, 15, 30, 40"
says out '^seed +3 +1, 2, 3$'
says out '^model.width +2 +8, 16$'
says out '^wall time .* on 2 ranks, efficiency [01]\.[0-9]+$'

expect 0 "$SPECBIAS" plan "$sweep" --set 'axes=[]' --set 'axes.zip={name: length, training.steps: [10, 20], record.every: [5, 10]}'
says out '^length +2 +steps=10, every=5; steps=20, every=10$'

# A file of some MB: in the smallest ones, what is reserved for metadata and descriptions of runs weighs more.
large=(--set 'seed={from: 1, to: 20}' --set training.steps=1000 --set record.every=1 --set probes.spectrum.full=true)
expect 0 "$SPECBIAS" plan "$sweep" "${large[@]}"
bytes=$(sed -nE 's/^file .*\(([0-9]+) bytes\)$/\1/p' out)

expect 0 "$SPECBIAS" run "$sweep" -o results.h5 "${large[@]}"
actual=$(stat -c %s results.h5)
awk -v said="$bytes" -v found="$actual" 'BEGIN { exit !(said > 0.95 * found && said < 1.05 * found) }' ||
    fail "plan said $bytes bytes, the file has $actual"

# The same work on two ranks cannot be predicted to take longer than on one.
expect 0 "$SPECBIAS" plan "$sweep" --ranks 1
says out '^wall time .* on 1 rank, efficiency 1.00$'
expect 0 "$SPECBIAS" plan "$sweep" --set training.steps=100000 --set 'seed=[7]' --set probes.spectrum.at=last
[ "$(number trials)" = 2 ] || fail "--set seed did not replace the axis"
[ "$(number records)" = 13336 ] || fail "100000 steps at every 15th, and the last, are 6668 records in each of 2 trials"

# Forward pass: 2 operations for each of 1*8 + 8*8 + 8 weights, or 1*16 + 16*16 + 16, and sample; three times that for a
# step, but for the first layer, whose inputs need no gradient. Adam adds a few operations for each parameter, and the
# probes, few here, add theirs.
expect 0 "$SPECBIAS" plan "$sweep" --set training.steps=100000 --set record.every=100000 --set probes.perturbation.directions=1
flops=$(sed -nE 's/^work +([0-9.e+]+) FLOP.*/\1/p' out)
awk -v found="$flops" 'BEGIN { trained = 3 * 100000 * 64 * 2 * (3 * (80 + 288) - 8 - 16)
    exit !(found > trained && found < 1.1 * trained) }' || fail "$flops FLOPs are not those counted by hand"

# The same for scripts: one JSON object, with the same numbers.
expect 0 "$SPECBIAS" plan "$sweep" --ranks 2 --json
[ "$(wc -l < out)" -eq 1 ] || fail "not one line"
says out '^\{"sweep": "small", "trials": 6, "records": 24, "file_bytes": [0-9]+, "memory_per_rank": [0-9]+, "flops": [0-9.e+]+, '
says out ', "longest": [0-9.e-]+, "ranks": 2, "seconds": [0-9.e-]+, "efficiency": [01]\.[0-9]{4}, "axes": \['
says out ' \[\{"path": "seed", "length": 3\}, \{"path": "model.width", "length": 2\}\]\}$'
