"""sbatch, srun, squeue, sacct, scancel and scontrol for a PATH: a cluster of this machine, its state in a folder."""

import sys
from pathlib import Path

_COMMON = """
import json, os, pathlib, re, signal, subprocess, sys, time
STATE = pathlib.Path({state!r})
def jobs():
    return {{path.name.partition('.')[0]: path.read_text() for path in sorted(STATE.glob('*.state'))}}
def put(job, state):
    temporary = STATE / (job + '.new')
    temporary.write_text(state)
    temporary.rename(STATE / (job + '.state'))
def stop(job):
    try:
        os.killpg(int((STATE / (job + '.pid')).read_text()), signal.SIGKILL)
    except (OSError, ValueError):
        pass
"""
_SBATCH = """
script = pathlib.Path(sys.argv[-1]).resolve()
text = script.read_text()
number = str(len(list(STATE.glob('*.script'))) + 1)
(STATE / (number + '.script')).write_text(text)
array = re.search(r'--array=0-(\\d+)%(\\d+)', text)
tasks = range(int(array[1]) + 1) if array else [None]
names = [number if task is None else f'{{number}}_{{task}}' for task in tasks]
for name in names:
    put(name, 'PENDING')
if os.fork() == 0:
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for place in (0, 1, 2):
        os.dup2(null, place)
    waiting, running = list(names), {{}}
    while waiting or running:
        while waiting and len(running) < (int(array[2]) if array else 1):
            name = waiting.pop(0)
            if jobs()[name] == 'CANCELLED':
                continue
            task = {{'SLURM_ARRAY_JOB_ID': number, 'SLURM_ARRAY_TASK_ID': name.partition('_')[2]}} if array else {{}}
            own = {{'SLURM_JOB_ID': number, 'SLURM_NTASKS': '1', 'SLURM_JOB_NUM_NODES': '1', 'SLURM_NODEID': '0',
                    'SLURM_PROCID': '0', 'SLURM_LOCALID': '0', 'SLURM_JOB_NODELIST': 'here', **task}}
            put(name, 'RUNNING')
            running[name] = subprocess.Popen(['bash', str(STATE / (number + '.script'))],
                env={{**os.environ, **own}}, start_new_session=True)
            (STATE / (name + '.pid')).write_text(str(running[name].pid))
        time.sleep(0.05)
        for name, process in list(running.items()):
            if process.poll() is not None:
                del running[name]
                again = STATE / (name + '.requeue')
                if again.exists():
                    again.unlink()
                    put(name, 'PENDING')
                    waiting.append(name)
                elif jobs()[name] == 'RUNNING':
                    put(name, 'COMPLETED' if process.returncode == 0 else 'FAILED')
    os._exit(0)
print('Submitted batch job', number)
"""
_SRUN = """
arguments = sys.argv[1:]
while arguments[0].startswith('-'):
    arguments = arguments[2:] if arguments[0] in ('--output', '--error') else arguments[1:]
os.execvp(arguments[0], arguments)
"""
_SQUEUE = """
(STATE / 'asked').touch()
print('\\n'.join(job for job, state in jobs().items() if state in ('PENDING', 'RUNNING')))
"""
_SACCT = """
print('JobID|State|NodeList')
print('\\n'.join(f'{{job}}|{{state}}|here' for job, state in jobs().items()))
"""
_SCANCEL = """
for job in sys.argv[1:]:
    put(job, 'CANCELLED')
    stop(job)
"""
_SCONTROL = """
(STATE / (sys.argv[2] + '.requeue')).touch()
stop(sys.argv[2])
"""


def fake_slurm(folder: Path) -> tuple[Path, Path]:
    """(folder of the programs, folder of the state); `scontrol requeue JOB` kills a job and queues it again."""
    programs, state = folder / "bin", folder / "state"
    programs.mkdir()
    state.mkdir()
    texts = {"sbatch": _SBATCH, "srun": _SRUN, "squeue": _SQUEUE, "sacct": _SACCT}
    for name, text in {**texts, "scancel": _SCANCEL, "scontrol": _SCONTROL}.items():
        path = programs / name
        path.write_text(f"#!{sys.executable} -ES\n" + (_COMMON + text).format(state=str(state)))
        path.chmod(0o755)
    return programs, state
