# Sets up this checkout; sourced by `run` after tools/environment.sh. Each step leaves a stamp with the hash of what it
# depends on below .venv, and is skipped while that hash stays the same.

APT_PACKAGES=(python3-venv gcc g++ make libgl1 libegl1 libgl1-mesa-dri)
PIP=pip==26.3
UV=0.13.9

step() { printf '\033[1m[setup]\033[0m %s\n' "$*" >&2; }

stamp_file() { echo "$VENV/robot_trials_$1.stamp"; }
is_done() { [ "$(cat "$(stamp_file "$1")" 2>/dev/null)" = "$2" ]; } # STEP HASH
mark_done() { echo "$2" >"$(stamp_file "$1")"; }
hash_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

# The renamed glib package of Ubuntu 24.04 counts as the one of Debian 12.
missing_system_packages() { # [test]
    local wanted=("${APT_PACKAGES[@]}") installed package glib=libglib2.0-0
    [ "${1:-}" != test ] || wanted+=(chromium postgresql)
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" libglib2.0-0 libglib2.0-0t64 2>/dev/null) || true
    for package in "${wanted[@]}"; do
        grep -qx "installed $package" <<<"$installed" || echo "$package"
    done
    if ! grep -qE '^installed libglib2.0-0(t64)?$' <<<"$installed"; then
        apt-cache show libglib2.0-0t64 >/dev/null 2>&1 && glib=libglib2.0-0t64
        echo "$glib"
    fi
}

setup_system() { # [test]
    local missing
    command -v dpkg-query >/dev/null || return 0 # not Debian or Ubuntu: the compiler and CMake name what they lack
    missing=$(missing_system_packages "$@" | tr '\n' ' ')
    [ -z "${missing// /}" ] && return 0
    if [ "$(id -u)" != 0 ]; then
        printf 'These system packages are missing. Install them, then call again:\n\n    sudo apt-get install -y %s\n\n' \
            "$missing" >&2
        return 1
    fi
    step "apt-get install -y $missing"
    apt-get update -qq >&2
    # shellcheck disable=SC2086 # one argument per package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $missing >/dev/null
}

system_python() {
    local candidate
    for candidate in python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys; raise SystemExit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    echo "robot_trials needs Python 3.11 (Debian 12) or 3.12 (Ubuntu 24.04); found: $(python3 --version 2>&1)" >&2
    return 1
}

# Installs pinned lists. uv takes a tenth of pip's time, most of it saved by linking to its cache, which lies in pip's.
# It does not know pip's settings: where these name another package index, pip itself installs.
install_pinned() { # LIST...
    local list uv failed=0
    list=$(mktemp)
    { echo "$PIP"; cat "$@"; } >"$list"
    if uv=$(find_uv); then
        UV_CACHE_DIR=$(dirname "$uv") UV_SYSTEM_CERTS=1 "$uv" --no-config pip install -q --no-deps --python "$PYTHON" \
            -r "$list" || failed=1
    else
        install_with_pip "$list" || failed=1
    fi
    rm -f "$list"
    return $failed
}

# pip in several slices at a time: it spends most of its time waiting for one index page per package.
install_with_pip() { # LIST
    local slices slice job failed=0 jobs=()
    "$PYTHON" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m ensurepip >/dev/null
    slices=$(mktemp -d)
    grep -E '^[A-Za-z]' "$1" | grep -v '^pip==' | split -n r/4 - "$slices/"
    for slice in "$slices"/*; do
        "$PYTHON" -m pip install -q --no-deps --no-compile --disable-pip-version-check -r "$slice" &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job" || failed=1; done
    rm -rf "$slices"
    return $failed
}

# Path of uv in the cache of downloads; fetched with the pip that Python itself brings. Fails where pip must be used.
find_uv() {
    local cache=${PIP_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/pip}/uv pip scratch settings
    pip=$("$PYTHON" -c "$FIND_BUNDLED_PIP") && [ -n "$pip" ] || return 1
    settings=$("$PYTHON" "$pip" config list 2>/dev/null) || return 1
    ! grep -qE '[.](index-url|no-index|no-cache-dir)=' <<<"$settings" || return 1
    if [ "$("$cache/uv" --version 2>/dev/null | cut -d' ' -f2)" != $UV ]; then
        mkdir -p "$cache" && scratch=$(mktemp -d "$cache/XXXXXX") || return 1
        "$PYTHON" "$pip" install -q --no-deps --no-compile --disable-pip-version-check --target "$scratch" "uv==$UV" >&2 &&
            mv "$scratch/bin/uv" "$cache/uv" || { rm -rf "$scratch"; return 1; }
        rm -rf "$scratch"
    fi
    echo "$cache/uv"
}

FIND_BUNDLED_PIP='
import ensurepip, pathlib, sysconfig
folders = sysconfig.get_config_var("WHEEL_PKG_DIR"), pathlib.Path(ensurepip.__file__).parent / "_bundled"
wheels = [wheel for folder in folders if folder for wheel in pathlib.Path(folder).glob("pip-*.whl")]
print(f"{wheels[0]}/pip" if wheels else "")'

# Makes .venv, anew where the one there is broken or was made for the other kind of ROS 2.
make_venv() {
    local site=() sees_system=false
    if ros_is_sourced; then site=(--system-site-packages) sees_system=true; fi
    if "$PYTHON" -c '' 2>/dev/null && grep -q "include-system-site-packages = $sees_system" "$VENV/pyvenv.cfg"; then
        return 0
    fi
    step "virtual environment in .venv"
    rm -rf "$VENV"
    "$(system_python)" -m venv --without-pip "${site[@]}" "$VENV"
}

setup_python() {
    local lists=("$ROOT/requirements.txt") numpy='^$' hash
    # messages of a full install are compiled against its own NumPy
    if ros_is_sourced; then numpy='^numpy=='; else lists+=("$ROOT/ros_wheels/requirements.txt"); fi
    make_venv
    hash=$(hash_of "${lists[@]}" "$VENV/pyvenv.cfg")
    is_done python "$hash" && return 0
    step "Python packages (pinned; about 1 GB on disk)"
    install_pinned <(cat "${lists[@]}" | grep -v "$numpy")
    ros_is_sourced || "$PYTHON" "$ROOT/ros_wheels/relocate.py" >&2
    mark_done python "$hash"
}

setup_test_tools() {
    local list=$ROOT/requirements_test.txt hash
    hash=$(hash_of "$list" "$(stamp_file python)")
    is_done test_tools "$hash" && return 0
    step "Python packages for tests and checks"
    install_pinned "$list"
    mark_done test_tools "$hash"
}

has_ros_package() { # NAME: somewhere outside this workspace
    local prefix IFS=:
    for prefix in ${AMENT_PREFIX_PATH:-}; do
        case $prefix in "$ROOT"/install/*) continue ;; esac
        [ -e "$prefix/share/ament_index/resource_index/packages/$1" ] && return 0
    done
    return 1
}

setup_interfaces() {
    local hash python_only=ON paths=("$ROOT/robot_trials_msgs")
    ! ros_is_sourced || python_only=OFF # the wheels have no rclcpp: C++ interfaces would be built for nobody
    has_ros_package tf2_msgs || paths+=("$ROOT/ros_wheels/tf2_msgs")
    hash=$(find "${paths[@]}" -type f -print0 | sort -z | xargs -0 cat "$(stamp_file python)" | sha256sum | cut -d' ' -f1)
    is_done interfaces "$hash" && return 0
    step "interfaces with colcon (half a minute)"
    PYTHONPATH=$ROOT/ros_wheels/idl_cache${PYTHONPATH:+:$PYTHONPATH} ROBOT_TRIALS_IDL_CACHE=$ROOT/build/idl_cache \
        run_colcon build --base-paths "${paths[@]}" --cmake-args -DPython3_EXECUTABLE="$PYTHON" -DBUILD_TESTING=OFF \
        -DROBOT_TRIALS_PYTHON_ONLY="$python_only"
    mark_done interfaces "$hash"
}

setup_package() {
    local hash
    # with symbolic links only the list of files matters, not what is in them
    hash=$(cd "$ROOT" && { cat setup.py setup.cfg package.xml "$(stamp_file interfaces)"; find launch config sim -type f 2>/dev/null | sort; } |
        sha256sum | cut -d' ' -f1)
    is_done package "$hash" && return 0
    step "robot_trials with colcon"
    run_colcon build --base-paths "$ROOT" --packages-select robot_trials --symlink-install
    mark_done package "$hash"
}

run_colcon() {
    local log jobs
    log=$(mktemp)
    jobs=$(env -u OMP_NUM_THREADS nproc) # which would count threads of one process
    # colcon's own defaults file names both packages; here each step names its own
    if ! (cd "$ROOT" && COLCON_HOME=$ROOT/log MAKEFLAGS=-j$jobs "$PYTHON" -m colcon "$@") >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# Lets Python compile once what every process of the graph imports, and Numba what a control tick runs.
warm_up() {
    local hash log
    hash=$(grep -rl --include='*.py' compiled "$ROOT"/controllers "$ROOT"/robot_trials | sort |
        xargs cat "$(stamp_file python)" | sha256sum | cut -d' ' -f1)
    is_done warm_up "$hash" && return 0
    step "compiled parts of controller and simulator"
    log=$(mktemp)
    if ! (cd "$ROOT" && "$PYTHON" "$ROOT/tools/warm_up.py") >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    mark_done warm_up "$hash"
}

setup_checkout() { # [test]: with what tests need; call it as a command of its own: bash stops at errors only there
    local warming
    exec 7>"$ROOT/.setup.lock" && flock 7 # two calls at once would build over each other
    setup_system "$@"
    setup_python
    [ "${1:-}" != test ] || setup_test_tools
    use_checkout
    warm_up & # beside what colcon does
    warming=$!
    # shellcheck disable=SC2064 # this process, now
    trap "kill $warming 2>/dev/null || true" EXIT
    setup_interfaces
    use_workspace
    setup_package
    use_workspace
    wait "$warming"
    trap - EXIT
    exec 7>&-
}
