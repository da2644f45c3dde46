#!/usr/bin/env bash
# Everything for one sweep on one machine: installs what is missing, builds, runs on all cores, draws the figures.
set -euo pipefail
# shellcheck source=jobs/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
    cat <<'END'
usage: jobs/local.sh SWEEP [option of 'specbias run']...

Installs what is missing (with apt, as root or with a sudo that asks no password), builds
specbias in build/release, trains SWEEP on all physical cores, and draws the figures that
its results allow. Results and pictures go to the current folder; a second call goes on
where the first one stopped.

  jobs/local.sh sweeps/quickstart.yaml
  RANKS=4 jobs/local.sh my.yaml -o results/my.h5 --set training.steps=500

  RANKS            ranks to start (default: one for each physical core)
  SPECBIAS_PYTHON  interpreter that has xarray, h5netcdf and matplotlib

Ctrl-C stops the training: what is finished is written and drawn, and the same call goes on.
A second Ctrl-C kills it.

Exit code: that of 'specbias run' (75: stopped early); 69 if something is missing that it cannot
install; 70 if only the figures could not be drawn.
END
}

starts_with_sweep "$@"
if [[ ! ${RANKS:-1} =~ ^[1-9][0-9]*$ ]]; then
    echo "RANKS=$RANKS: give a number of ranks, 1 or more" >&2
    exit 2
fi

again=$(printf ' %q' "$0" "$@")
sweep=$1
shift
results=''
options=("$@")
while [ $# -gt 0 ]; do
    case $1 in
    -o | --output) results=${2:-} ;;
    --output=*) results=${1#*=} ;;
    -o?*) results=${1#-o} ;;
    esac
    shift
done
if [ -z "$results" ]; then
    results=${sweep##*/}
    results=${results%.*}.h5
    options+=(-o "$results")
fi

set_up run release -DSPECBIAS_TESTS=OFF
build release specbias

cores=$(count_cores)
ranks=${RANKS:-$cores}
launch=("$(cached release MPIEXEC_EXECUTABLE)")
if [ "$(cached release SPECBIAS_OPEN_MPI)" = 1 ]; then
    # -q keeps the program's exit code and leaves out a banner. Ranks are not bound: on a machine that is used for other
    # things too, the system finds the idle core.
    launch+=(-q --bind-to none)
    [ "$ranks" -le "$cores" ] || launch+=(--oversubscribe)
    if [ "$(id -u)" -eq 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
fi
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

# Of the signals sent to mpirun only SIGUSR1 lets the ranks commit and end with 75; for SIGINT and SIGTERM it kills them a
# second later. So it runs in a process group of its own, which Ctrl-C does not reach.
asked=0
interrupted=1
pass_on() {
    interrupted=1
    asked=$((asked + 1))
    if [ $asked -gt 1 ]; then
        kill -TERM "$mpirun" 2>/dev/null || true
    elif kill -USR1 "$mpirun" 2>/dev/null; then
        say "stopping: what is finished is written; once more kills"
    fi
}
set -m
"${launch[@]}" -n "$ranks" "$root/build/release/src/cli/specbias" run "$sweep" "${options[@]}" </dev/null &
mpirun=$!
set +m
trap pass_on INT TERM HUP
code=127
while [ $interrupted -eq 1 ]; do # a signal ends a wait
    interrupted=0
    wait "$mpirun" && waited=0 || waited=$?
    [ $waited -eq 127 ] || code=$waited # 127: was waited for already
done
trap - INT TERM HUP
[ $code -ne 75 ] || say "go on with:$again"

# Draw what there is, also when trials failed (1) or the run stopped early (75).
case $code in
0 | 1 | 75) [ -f "$results" ] || exit $code ;;
*) exit $code ;;
esac
if python=$(find_python); then
    echo "figures:"
    "$python" "$root/analysis/figures.py" "$results" | sed 's/^/  /' || [ $code -ne 0 ] || code=70
    echo "draw them again: $python $root/analysis/figures.py $results"
else
    echo "no figure: no Python with xarray, h5netcdf and matplotlib; where there is one: analysis/figures.py $results"
fi
exit $code
