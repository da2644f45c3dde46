# Claim: one run at a time writes a results file, and --overwrite replaces results files only.
. "$(dirname "$0")/../shell.sh"
sweep=$here/sweep.yaml

"$SPECBIAS" run "$sweep" -o busy.h5 --set training.steps=1000000 --set record.every=100000 > first.out 2>&1 &
first=$!
clean_up() { kill -9 "$first" 2> /dev/null; wait "$first" 2> /dev/null; }
for _ in $(seq 100); do
    "$SPECBIAS" status busy.h5 > /dev/null 2>&1 && break
    sleep 0.1
done
for ranks in 1 3; do
    expect 74 on "$ranks" run "$sweep" -o busy.h5 --set training.steps=1000000 --set record.every=100000
    says err 'another run is writing'
    expect 74 on "$ranks" run "$sweep" -o busy.h5 --overwrite
    says err 'another run is writing'
done
kill -0 "$first" || fail "the first run has ended: $(cat first.out)"
clean_up

# The lock ends with the process that held it.
expect 0 "$SPECBIAS" run "$sweep" -o busy.h5 --overwrite
expect 0 "$SPECBIAS" verify busy.h5

cp "$sweep" mine.yaml
expect 2 "$SPECBIAS" run mine.yaml -o mine.yaml --overwrite
says err 'no results file'
cmp -s "$sweep" mine.yaml || fail "--overwrite replaced the sweep"
: > empty.h5
expect 0 "$SPECBIAS" run "$sweep" -o empty.h5 --overwrite
