# Claim: every command has its help, and wrong usage gives one line, exit code 2, and the nearest word that would be right.
. "$(dirname "$0")/../shell.sh"

one_line() {
    [ ! -s out ] || fail "an error went to standard output"
    [ "$(wc -l < err)" -eq 1 ] || fail "not one line"
}

expect 0 "$SPECBIAS" --help
for command in run plan status verify schema bench; do
    says out "^  $command +[a-z]"
done
for command in run plan status verify schema bench; do
    expect 0 "$SPECBIAS" $command --help
    says out "specbias $command"
    [ ! -s err ] || fail "$command --help writes to standard error"
    expect 2 "$SPECBIAS" $command --no-such-option
    one_line
    says err "^specbias: $command: option '--no-such-option'"
done
expect 0 "$SPECBIAS" --version
says out '^specbias [0-9]+\.[0-9]+\.[0-9]+, .*HDF5 1\..*BLIS .*fftw.*libyaml 0'

expect 2 "$SPECBIAS"
one_line
expect 2 "$SPECBIAS" stats
one_line
says err "unknown command 'stats'.*'status'"
expect 2 "$SPECBIAS" 'a word so long that no distance table on the stack may be as large as it is, nor near to anything'
one_line
! grep -q 'did you mean' err || fail "a guess for a word that is near to nothing"
expect 2 "$SPECBIAS" run --overwrit3 sweep.yaml
one_line
says err "did you mean '--overwrite'"
expect 2 "$SPECBIAS" run --outptu=results.h5 sweep.yaml
says err "did you mean '--output'"
expect 2 "$SPECBIAS" run sweep.yaml -qx
one_line
says err "option '-x' is unknown"
expect 2 "$SPECBIAS" run sweep.yaml --quiet=yes
one_line
says err "option '--quiet' takes no value"
for command in run plan status verify; do
    expect 2 "$SPECBIAS" $command
    one_line
    expect 2 "$SPECBIAS" $command one two
    one_line
    says err "'two'"
done
expect 2 "$SPECBIAS" schema file
one_line
expect 2 "$SPECBIAS" run sweep.yaml -o
one_line
says err 'needs a value'
expect 2 "$SPECBIAS" run sweep.yaml --resume --overwrite
one_line
for interval in 0 -1 nan inf 1x '' 1e9; do
    expect 2 "$SPECBIAS" run sweep.yaml --interval "$interval"
    one_line
done
for ranks in 0 -1 1.5 x '' 99999999999999999999; do
    expect 2 "$SPECBIAS" plan sweep.yaml --ranks "$ranks"
    one_line
done
expect 2 "$SPECBIAS" plan no-such-sweep.yaml
one_line
says err 'no-such-sweep.yaml'
expect 2 on 3 run no-such-sweep.yaml
[ "$(grep -c '^specbias: ' err)" -eq 1 ] || fail "not one rank alone speaks"
expect 74 "$SPECBIAS" status no-such-file.h5
one_line
expect 74 "$SPECBIAS" verify no-such-file.h5
one_line
[ ! -e /dev/full ] || [ "$("$SPECBIAS" schema > /dev/full 2> err; echo $?)" -eq 74 ] || fail "a full standard output went unseen"
