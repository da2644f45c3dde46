#!/usr/bin/env bash
# Submits a sweep to SLURM with ranks and time from 'specbias plan'.
set -euo pipefail
# shellcheck source=jobs/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
    cat << 'END'
usage: jobs/submit.sh SWEEP [option of sbatch]... [-- option of 'specbias run'...]

Asks 'specbias plan' what SWEEP costs and submits jobs/sweep.sbatch with ranks and time to match:
as many ranks as have half an hour of work each, or the longest trial where that is longer, at most
128 and one for each trial; and half as much time again as predicted, and ten minutes, within the
limit of the partition. What is given wins: -n, --ntasks-per-node, -t. Prints what it submits.

  jobs/submit.sh sweeps/quickstart.yaml
  jobs/submit.sh my.yaml -p short -A project -N 4 --ntasks-per-node=48 -- -o /scratch/my.h5 --set training.steps=500

  SPECBIAS         the program (default: build/release of this folder, else specbias on the PATH)
  SPECBIAS_LAUNCH  what starts the ranks in the job; see jobs/README.md

With --test-only sbatch checks the job and submits nothing.
Exit code: that of 'specbias plan' (2: bad sweep file) or sbatch; 69 if one of them is missing.
END
}

starts_with_sweep "$@"

sweep=$1
shift
# What sbatch is told about ranks, time and partition, and all that it is told.
ranks='' per_node='' nodes='' time='' partition='' submission=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    word=$1 value=''
    case $word in
    -n | -N | -t | -p | --ntasks | --nodes | --ntasks-per-node | --time | --partition)
        [ $# -gt 1 ] || { say "option '$word' needs a value"; exit 2; }
        value=$2
        submission+=("$1")
        shift
        ;;
    --*=*) value=${word#*=} word=${word%%=*} ;;
    -[nNtp]*) value=${word:2} word=${word:0:2} ;;
    esac
    submission+=("$1")
    shift
    case $word in
    -n | --ntasks) ranks=$value ;;
    -N | --nodes) nodes=${value%-*} ;; # of a range MIN-MAX the smaller
    --ntasks-per-node) per_node=$value ;;
    -t | --time) time=$value ;;
    -p | --partition) partition=$value ;;
    esac
done
[ $# -eq 0 ] || shift
options=("$@") planned=() # what of them changes the cost
while [ $# -gt 0 ]; do
    case $1 in
    --set | --kernels) planned+=("$1" "${2:-}") ;;
    --set=* | --kernels=*) planned+=("$1") ;;
    esac
    shift
done
for number in ranks per_node nodes; do
    [[ ${!number:-1} =~ ^[1-9][0-9]*$ ]] || { say "'${!number}': give a number of ranks or nodes, 1 or more"; exit 2; }
done
: "${ranks:=${per_node:+$((per_node * ${nodes:-1}))}}"

program=${SPECBIAS:-$root/build/release/src/cli/specbias}
[ -n "${SPECBIAS:-}" ] || [ -x "$program" ] || program=specbias
for needed in "$program" sbatch; do
    command -v "$needed" > /dev/null || {
        say "'$needed' was not found: jobs/README.md says how to build specbias on a cluster, and sbatch is SLURM's"
        exit 69
    }
done
SPECBIAS=$(realpath "$(command -v "$program")")
export SPECBIAS

# plan RANKS: what the sweep would cost on so many ranks.
plan() {
    local cost
    cost=$("$SPECBIAS" plan "$sweep" --ranks "$1" ${planned[@]+"${planned[@]}"} --json)
    number() {
        sed -nE "s/.*\"$1\": ([0-9.e+-]+)[,}].*/\1/p" <<< "$cost"
    }
    name=$(sed -nE 's/^\{"sweep": "([^"\\]*)".*/\1/p' <<< "$cost")
    trials=$(number trials) longest=$(number longest) seconds=$(number seconds) efficiency=$(number efficiency)
    bytes=$(number file_bytes) memory=$(number memory_per_rank)
}
calculate() { # PROGRAM [-v NAME=VALUE]...
    LC_ALL=C awk "${@:2}" "BEGIN { $1 }"
}

if [ -z "$ranks" ]; then
    plan 1
    ranks=$(calculate 'ranks = int(seconds / (longest > 1800 ? longest : 1800))
        ranks = ranks < trials ? ranks : trials
        ranks = ranks < 128 ? ranks : 128
        print (ranks > least ? ranks : least)' \
        -v seconds="$seconds" -v longest="$longest" -v trials="$trials" -v least="${nodes:-1}")
    submission=("--ntasks=$ranks" ${submission[@]+"${submission[@]}"})
fi
plan "$ranks"

minutes_of() { # [[DAYS-]HOURS:]MINUTES:SECONDS; nothing if there is no limit
    [[ $1 =~ ^(([0-9]+)-)?(([0-9]+):)?([0-9]+):([0-9]+)$ ]] || return 0
    echo $((10#0${BASH_REMATCH[2]} * 1440 + 10#0${BASH_REMATCH[4]} * 60 + 10#${BASH_REMATCH[5]}))
}
clock() { # MINUTES
    printf '%d:%02d:00' $(($1 / 60)) $(($1 % 60))
}
note=''
if [ -z "$time" ]; then
    minutes=$(calculate 'printf "%d", 5 * int((1.5 * seconds / 60 + 10 + 4.99) / 5)' -v seconds="$seconds")
    # The partition's limit; without a name that of the default one, which has a star.
    limit=$(sinfo -h -o '%P %l' ${partition:+-p "$partition"} |
        awk -v named="$partition" 'named || $1 ~ /[*]$/ { if (!found++) print $2 }')
    limit=$(minutes_of "$limit")
    if [ -n "$limit" ] && [ "$limit" -lt "$minutes" ]; then
        note="; the partition allows $(clock "$limit"), after which the job requeues itself to go on"
        minutes=$limit
    fi
    submission=("--time=$(clock "$minutes")" ${submission[@]+"${submission[@]}"})
fi

calculate 'printf "%s: %d trials, %.3g MB of results, %.3g MB per rank beside MPI and libraries\n", name, trials,
    bytes / 1e6, memory / 1e6
    printf "about %d:%02d:%02d on %d rank%s of this machine\047s speed, efficiency %.2f%s\n", seconds / 3600,
        seconds / 60 % 60, seconds % 60, ranks, ranks == 1 ? "" : "s", efficiency, note' \
    -v name="$name" -v trials="$trials" -v bytes="$bytes" -v memory="$memory" -v seconds="$seconds" \
    -v ranks="$ranks" -v efficiency="$efficiency" -v note="$note"
name=${name//\//-} # the log is called after it
command=(sbatch "--job-name=${name:-specbias}" "${submission[@]}" "$root/jobs/sweep.sbatch" "$(realpath "$sweep")"
    ${options[@]+"${options[@]}"})
printf '%q ' "${command[@]}"
echo
exec "${command[@]}"
