#!/bin/bash
# Judge captures by eight tasks, and merge what they find:
#   shards=$(sbatch --parsable --array=1-8 slurm.sh) && sbatch --dependency=afterok:$shards slurm.sh merge
# Captures and parts lie where all nodes see them. The report is the output of the second job, whose exit status is h2lint's.
#SBATCH --job-name=h2lint
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
set -euo pipefail
h2lint=${H2LINT:-h2lint}
captures=${CAPTURES:-$PWD/captures}
parts=${PARTS:-$PWD/parts}

if [ "${1:-}" = merge ]; then
  exec $h2lint merge "$parts"/part-*
fi
mkdir -p "$parts"
shard=$SLURM_ARRAY_TASK_ID
exec $h2lint check --shard "$shard/$SLURM_ARRAY_TASK_COUNT" "$captures" --output "$parts/part-$shard"
