# Runs the tests; sourced by `run` after tools/environment.sh.

TEST_PROCESSES_MAX=8 # each holds simulator and controller in memory

# All tests in two calls of pytest: those without processes of their own side by side on all cores, then the others one
# after another, for they wait on clocks. With arguments one call that takes them. Fails when one of them does.
run_pytest() { # [PYTEST ARGS]
    local alone='gazebo or ros or browser' first=0 second=0
    [ $# = 0 ] || { "$PYTHON" -m pytest -rs "$@"; return; }
    "$PYTHON" -m pytest -rs -n "$(count_test_processes)" --dist worksteal -m "not ($alone)" || first=$?
    [ $first -le 1 ] || return $first # broken off, not failed
    "$PYTHON" -m pytest -rs -m "$alone" || second=$?
    return $((second > first ? second : first))
}

count_test_processes() {
    local cores
    cores=$(env -u OMP_NUM_THREADS nproc) # which would count threads of one process
    echo $((cores < TEST_PROCESSES_MAX ? cores : TEST_PROCESSES_MAX))
}
