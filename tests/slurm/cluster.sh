# shellcheck shell=bash
# A SLURM of its own for one test, to be sourced after shell.sh: munged, slurmctld and two slurmd's, n1 and n2, on this
# machine, with all their state in $folder/slurm. Skips where slurm, munge or root is missing. Without systemd or cgroups.
for tool in munged slurmctld slurmd sbatch; do
    command -v $tool > /dev/null || skip "no $tool (Debian: slurm-wlm, munge)"
done
[ "$(id -u)" -eq 0 ] || skip "SLURM's daemons start jobs as root only"
cluster=${folder:?}/slurm
daemons=(slurmd.n1 slurmd.n2 slurmctld munged)

# What is left of the daemons and of the jobs' steps is found by their pid files, then by the configuration in their
# environment.
clean_up() {
    local daemon process
    scancel --signal=KILL --full --user=root 2> /dev/null
    for daemon in "${daemons[@]}"; do
        [ ! -s "$cluster/$daemon.pid" ] || kill "$(cat "$cluster/$daemon.pid")" 2> /dev/null
    done
    sleep 1
    for process in /proc/[0-9]*; do
        process=${process#/proc/}
        ! grep -Fqsz "SLURM_CONF=$cluster/" "/proc/$process/environ" || kill -KILL "$process" 2> /dev/null
    done
}

# free_ports COUNT: so many neighbouring ports that nobody listens to; prints the first.
free_ports() {
    local first port
    while first=$((20000 + RANDOM % 10000)); do
        for ((port = first; port < first + $1; ++port)); do
            ! (exec 3<> /dev/tcp/127.0.0.1/$port) 2> /dev/null || continue 2
        done
        echo $first
        return
    done
}

configure() {
    local port
    port=$(free_ports 3)
    # FirstJobId: Open MPI calls its files in /dev/shm after host, user and job, so that the ranks of two clusters with the
    # same job numbers crash (two runs of this test at once). cred_expire shortens the wait of a requeued job from 121 to
    # 7 seconds; TmpFS is where PMIx keeps a node's own files.
    cat > "$SLURM_CONF" << END
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
FirstJobId=$((port * 100))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.sock,cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$cluster/jobcomp.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
KillWait=10
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool.%n
SlurmdPidFile=$cluster/slurmd.%n.pid
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.%n.log
TmpFS=$cluster/tmp.%n
NodeName=n[1-2] NodeHostName=$(hostname) NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 2))] CPUs=128 RealMemory=4000
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 GraceTime=20 MaxTime=60 State=UP
PartitionName=high Nodes=ALL PriorityTier=10 State=UP
END
}

start_cluster() {
    local node i
    mkdir -p "$cluster"/{state,spool.n1,spool.n2,tmp.n1,tmp.n2}
    export SLURM_CONF=$cluster/slurm.conf
    configure
    (umask 077 && head -c 1024 /dev/urandom > "$cluster/munge.key")
    munged --force --key-file="$cluster/munge.key" --socket="$cluster/munge.sock" --pid-file="$cluster/munged.pid" \
        --log-file="$cluster/munged.log" --seed-file="$cluster/munged.seed" 2> err || skip "munged does not start: $(cat err)"
    slurmctld -c 2> err || skip "slurmctld does not start: $(cat err)"
    for node in n1 n2; do
        slurmd -N $node 2> err || skip "slurmd does not start: $(cat err)"
    done
    for ((i = 0; i < 150; ++i)); do
        [ "$(sinfo -h -p low -t idle -o %D 2> /dev/null)" != 2 ] || return 0
        sleep 0.2
    done
    tail -n 20 "$cluster"/*.log
    skip "the two nodes do not become idle within 30 s"
}

# field JOB NAME: what SLURM says of a job.
field() {
    scontrol show job -o "$1" 2> /dev/null | sed -nE "s/^(.* )?$2=([^ ]*).*/\2/p"
}

# awaits SECONDS WHAT COMMAND...: until the command succeeds.
awaits() {
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ $SECONDS -lt $until ] || fail "not within its time: $what; $(squeue; tail -n 20 "$cluster/slurmctld.log")"
        sleep 0.3
    done
}
