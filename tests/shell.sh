# What the shell tests share; to be sourced. The program is $SPECBIAS, ranks are started by $SPECBIAS_MPIRUN (append their
# number). Every test runs in a folder of its own, which is removed.
set -u
shopt -s inherit_errexit 2> /dev/null
here=$(cd "$(dirname "$0")" && pwd) # the test's own folder
folder=$(mktemp -d)
runner=''
clean_up() { [ -z "$runner" ] || kill -KILL "$runner" 2> /dev/null; } # a test may replace it
trap 'clean_up; cd /; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export LC_ALL=C

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    [ -s out ] && sed 's/^/  out: /' out >&2
    [ -s err ] && sed 's/^/  err: /' err >&2
    exit 1
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

# expect CODE COMMAND...: runs it with its output in the files out and err, and checks its exit code.
expect() {
    local wanted=$1 code=0
    shift
    "$@" > out 2> err < /dev/null || code=$?
    [ "$code" -eq "$wanted" ] || fail "exit code $code, not $wanted: $*"
}

# says FILE PATTERN: FILE (out, err) has a line that matches the extended regular expression.
says() {
    grep -Eq -- "$2" "$1" || fail "no line of '$1' matches: $2"
}

# on RANKS ARGUMENTS...: the program on so many ranks, on 1 without mpirun. Exit code 124 if it hangs for 60 s.
on() {
    local ranks=$1
    shift
    if [ "$ranks" -eq 1 ]; then
        timeout 60 "$SPECBIAS" "$@"
    else
        timeout 60 $SPECBIAS_MPIRUN "$ranks" "$SPECBIAS" "$@"
    fi
}

# find_launcher: sets ${launch[@]}, which is $SPECBIAS_MPIRUN but keeps the exit code of a run that stops early, and
# open_mpi, 1 if it is Open MPI's and 0 otherwise.
find_launcher() {
    read -ra launch <<< "$SPECBIAS_MPIRUN"
    open_mpi=$("${launch[0]}" --version | grep -Ec 'Open MPI|OpenRTE')
    [ "$open_mpi" -eq 0 ] || launch=("${launch[0]}" -q "${launch[@]:1}")
}

# start RANKS ARGUMENTS...: begins a run behind the test, with its output in the files out and err, and waits until it
# trains. It is the process $runner, and its ranks are ${pids[@]}.
start() {
    local ranks=$1 i
    shift
    rm -f out err
    if [ "$ranks" -eq 1 ]; then
        "$SPECBIAS" run "$@" > out 2> err < /dev/null &
    else
        [ -n "${launch[*]:-}" ] || find_launcher
        "${launch[@]}" "$ranks" "$SPECBIAS" run "$@" > out 2> err < /dev/null &
    fi
    runner=$!
    for ((i = 0; i < 600; ++i)); do
        grep -qs 'specbias: training' err && break
        sleep 0.05
    done
    says err 'specbias: training'
    pids=("$runner")
    [ "$ranks" -eq 1 ] || mapfile -t pids < <(ps -o pid= --ppid "$runner" | tr -d ' ') # ps pads short numbers
    [ ${#pids[@]} -eq "$ranks" ] || fail "${#pids[@]} ranks, not $ranks"
}

# digest FILE: the one of all results in it.
digest() {
    "$SPECBIAS" verify "$1" | sed -nE 's/^digest: ([0-9a-f]{32})$/\1/p'
}

# value KEY FILE: a number that `status` tells, such as done or updates; nothing while there is no such file.
value() {
    "$SPECBIAS" status "$2" --json 2> /dev/null | sed -nE "s/.*\"$1\": ([0-9]+).*/\1/p"
}
