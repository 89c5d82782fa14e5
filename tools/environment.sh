# Sets the environment of this checkout; sourced by `run`, which sets ROOT. Nothing here changes the machine.

VENV=$ROOT/.venv
PYTHON=$VENV/bin/python

# What Python compiles is kept in this checkout, whatever is usual elsewhere: seven processes import the same packages.
unset PYTHONDONTWRITEBYTECODE
# No package here extends pydantic; looking for one that does takes every process a sixth of its start.
export PYDANTIC_DISABLE_PLUGINS=${PYDANTIC_DISABLE_PLUGINS:-__all__}
# One BLAS thread: small matrices gain nothing from more, and results stay the same bit for bit.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1}
export MUJOCO_GL=${MUJOCO_GL:-egl}
# Nodes find each other on this machine only, unless the user says otherwise; ROS_DOMAIN_ID is left as it is.
export ROS_AUTOMATIC_DISCOVERY_RANGE=${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}

# Succeeds when a full ROS 2 Jazzy is sourced. Its package ros_environment, which sets ROS_DISTRO, is not among the wheels.
ros_is_sourced() {
    local prefix IFS=:
    [ "${ROS_DISTRO:-}" = jazzy ] || return 1
    for prefix in ${AMENT_PREFIX_PATH:-}; do
        [ -e "$prefix/share/ament_index/resource_index/packages/ros_environment" ] && return 0
    done
    return 1
}

prepend() { # VARIABLE FOLDER: puts a folder before a colon-separated path
    local old=${!1:-}
    case ":$old:" in *":$2:"*) ;; *) export "$1=$2${old:+:$old}" ;; esac
}

use_ros_wheels() {
    local folder
    export ROS_DISTRO=jazzy ROS_VERSION=2 ROS_PYTHON_VERSION=3
    export RMW_IMPLEMENTATION=${RMW_IMPLEMENTATION:-rmw_fastrtps_cpp}
    export AMENT_PREFIX_PATH=$VENV CMAKE_PREFIX_PATH=$VENV PYTHONPATH='' LD_LIBRARY_PATH=''
    # The wheels find their libraries by restarting Python with this path; set here, no restart is needed.
    export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1
    for folder in "$VENV"/lib/python3.*/site-packages/ros_*.libs "$VENV/lib"; do
        prepend LD_LIBRARY_PATH "$folder"
    done
}

use_workspace() { # what colcon built here, as its own set-up files would do it, without starting a Python
    local folder
    for folder in "$ROOT"/install/*/; do
        folder=${folder%/}
        [ -d "$folder/share" ] || continue
        prepend AMENT_PREFIX_PATH "$folder"
        [ -d "$folder/lib" ] && prepend LD_LIBRARY_PATH "$folder/lib"
        [ -d "$folder/lib/robot_trials" ] && prepend PATH "$folder/lib/robot_trials"
        for folder in "$folder"/lib/python3.*/site-packages; do prepend PYTHONPATH "$folder"; done
    done
    prepend PYTHONPATH "$ROOT/build/robot_trials"
    prepend PYTHONPATH "$ROOT/controllers"
    prepend PYTHONPATH "$ROOT"
}

use_checkout() {
    prepend PATH "$VENV/bin"
    export VIRTUAL_ENV=$VENV
    ros_is_sourced || use_ros_wheels
    use_workspace
}
