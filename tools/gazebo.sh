# Gets Gazebo Classic 11 and builds the project's plugin for it; sourced by `run` after tools/setup.sh.
#
# Where Gazebo is installed only the plugin is built. Elsewhere it is taken from the last release of Debian that has it,
# into a folder outside the checkout, from which it runs beside the machine's own libraries. Made beside that place and
# renamed at the end, the folder is whole or not there. robot_trials/robots/gazebo/install.py finds both.

GAZEBO_SUITE=bullseye
GAZEBO_MIRRORS=(http://deb.debian.org/debian http://archive.debian.org/debian) # a release moves to the second one day
GAZEBO_PACKAGES=(gazebo libgazebo-dev g++ cmake make)
GAZEBO_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
GAZEBO_ROOM=3500 # MiB while it is made; 1700 stay
GAZEBO_LEFT_OUT=(
    '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/info/*' '/usr/share/locale/*' '/usr/lib/libgdal.a'
    '/usr/lib/python3*/*.a' '/usr/lib/*/libav*.a' '/usr/lib/*/libicu*.a' '/usr/lib/*/liblapack*.a'
    '/usr/lib/*/libspatialite.a' '/usr/lib/*/libx265.a' '/usr/lib/*/libxerces-c.a'
)

gazebo_folder() {
    readlink -m "${ROBOT_TRIALS_GAZEBO:-${XDG_CACHE_HOME:-$HOME/.cache}/robot_trials/gazebo-classic-11}"
}

# Says why there is no Gazebo, in one line that tests repeat when they skip.
give_up() { # FOLDER REASON
    { echo "$2" >"$1.failed"; } 2>/dev/null || true
    echo "gazebo: $2" >&2
    return 1
}

gazebo_is_asked_for() { # ARGUMENTS of a trial
    case " $* " in *' --sim gazebo '* | *' --sim=gazebo '* | *' sim:=gazebo '*) return 0 ;; *) return 1 ;; esac
}

gazebo_was_set_up() { # FOLDER: by an earlier call, for either kind
    [ -e "$1/usr/bin/gzserver" ] || [ -d "$1-plugin" ]
}

# One set-up at a time; whoever opens the folder's parent and locks it waits for the end of this one.
lock_gazebo() { # FOLDER
    mkdir -p "$(dirname "$1")" && exec 9<"$(dirname "$1")" || return 1
    flock --nonblock 9 || { step "waiting for another set-up of Gazebo" && flock 9; }
}

setup_gazebo() (
    folder=$(gazebo_folder)
    lock_gazebo "$folder" && setup_locked_gazebo "$folder"
)

# In the background at low priority, for tests, of which those that need Gazebo come last. The lock is held already when
# this returns, by the job alone; sets GAZEBO_JOB to its process group.
start_gazebo_setup() {
    local folder
    folder=$(gazebo_folder)
    lock_gazebo "$folder" || return 1
    set -m
    { renice -n 10 $BASHPID >/dev/null; setup_locked_gazebo "$folder"; } </dev/null >"$folder.log" 2>&1 &
    GAZEBO_JOB=$!
    set +m
    exec 9<&-
    step "Gazebo in the background; its log is $folder.log"
}

setup_locked_gazebo() { # FOLDER
    local PATH=$PATH:/usr/sbin:/sbin # where debootstrap and chroot lie, also after a plain `su`
    rm -f "$1.failed"
    if [ -z "${ROBOT_TRIALS_GAZEBO:-}" ] && command -v gzserver >/dev/null; then
        build_plugin_here "$1" "$1-plugin"
    else
        fetch_gazebo "$1" && build_plugin_inside "$1"
    fi
}

gazebo_packages_hash() { hash_of <(echo "$GAZEBO_SUITE" "${GAZEBO_PACKAGES[@]}" "${GAZEBO_LEFT_OUT[@]}"); }

# A folder without our stamp is somebody's own, and used as it is.
gazebo_is_whole() { # FOLDER
    local stamp=$1/robot_trials/packages.stamp
    [ -e "$1/usr/bin/gzserver" ] || return 1
    [ ! -e "$stamp" ] || [ "$(cat "$stamp")" = "$(gazebo_packages_hash)" ]
}

fetch_gazebo() { # FOLDER
    local part=$1.part
    gazebo_is_whole "$1" && return 0
    require_root "$1" && require_debootstrap "$1" && require_chroot "$1" && require_room "$1" || return 1
    make_base "$1" "$part" && install_gazebo "$1" "$part" || return 1
    mkdir -p "$part/robot_trials"
    gazebo_packages_hash >"$part/robot_trials/packages.stamp"
    rm -f "$part/base.stamp"
    sync -f "$part" # a folder of this name is whole, even after a power cut
    remove_tree "$1" && mv -T "$part" "$1"
}

require_root() { # FOLDER
    [ "$(id -u)" != 0 ] || return 0
    give_up "$1" "needs root once, to unpack and build: sudo env ROBOT_TRIALS_GAZEBO=$1 $ROOT/run gazebo"
}

require_debootstrap() { # FOLDER
    local machine missing=()
    machine=$(uname -m)
    [ "$machine" = x86_64 ] ||
        give_up "$1" "cannot be fetched for $machine; install Gazebo Classic 11, with gzserver on the PATH" || return 1
    command -v debootstrap >/dev/null || missing+=(debootstrap)
    [ -e $GAZEBO_KEYRING ] || missing+=(debian-archive-keyring)
    command -v gpgv >/dev/null || missing+=(gpgv)
    [ ${#missing[@]} != 0 ] || return 0
    command -v apt-get >/dev/null ||
        give_up "$1" "needs ${missing[*]}, and this is no Debian or Ubuntu; install them, then call again" || return 1
    step "apt-get install -y ${missing[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 \
        --no-install-recommends "${missing[@]}" >/dev/null; } >&2 ||
        give_up "$1" "apt-get cannot install ${missing[*]}: is there a network? See apt-get's message above"
}

# Containers without these rights can neither unpack nor build.
require_chroot() { # FOLDER
    local device=$1.null
    if chroot / true 2>/dev/null && mknod "$device" c 1 3 2>/dev/null && { : >"$device"; } 2>/dev/null; then
        rm -f "$device"
        return 0
    fi
    rm -f "$device"
    give_up "$1" "chroot or mknod is not permitted here; call ./run gazebo outside of this container, and mount $1"
}

require_room() { # FOLDER
    local free
    free=$(df --output=avail -BM "$(dirname "$1")" | tail -n 1 | tr -dc 0-9)
    [ "$free" -ge $GAZEBO_ROOM ] ||
        give_up "$1" "needs $GAZEBO_ROOM MiB in $(dirname "$1"), which has $free; name another by ROBOT_TRIALS_GAZEBO"
}

# Debian's smallest system. It is kept for another attempt while this machine stays up: no file was synced to the disk.
make_base() { # FOLDER PART
    local stamp mirror log
    stamp=$(gazebo_packages_hash)$(cat /proc/sys/kernel/random/boot_id)
    [ "$(cat "$2/base.stamp" 2>/dev/null)" != "$stamp" ] || return 0
    log=$(mktemp)
    for mirror in "${GAZEBO_MIRRORS[@]}"; do
        step "Gazebo: Debian $GAZEBO_SUITE from $mirror (a minute)"
        remove_tree "$2" && mkdir -p "$2/etc/dpkg/dpkg.cfg.d" || return 1
        printf '%s\n' force-unsafe-io "${GAZEBO_LEFT_OUT[@]/#/path-exclude=}" >"$2/etc/dpkg/dpkg.cfg.d/robot_trials"
        if debootstrap --variant=minbase --include=eatmydata --force-check-gpg --keyring=$GAZEBO_KEYRING \
            $GAZEBO_SUITE "$2" "$mirror" >"$log" 2>&1; then
            rm -f "$log"
            echo "$stamp" >"$2/base.stamp"
            return 0
        fi
        ! grep -q 'Retrieving Packages' "$log" || break
    done
    tail -n 5 "$log" >&2
    if grep -qE 'Failed getting release file|find release file|Couldn.t download' "$log"; then
        set -- "$1" "cannot reach ${GAZEBO_MIRRORS[0]}: is there a network? Behind a proxy, set http_proxy"
    else
        set -- "$1" "debootstrap failed: $(grep -E '^[EW]: ' "$log" | tail -n 1); call again"
    fi
    rm -f "$log"
    give_up "$@"
}

install_gazebo() { # FOLDER PART
    local log
    log=$(mktemp)
    step "Gazebo: ${GAZEBO_PACKAGES[*]} (2 minutes; 470 MB to fetch)"
    if ! {
        inside "$2" dpkg --configure -a && inside "$2" apt-get update -q &&
            inside "$2" apt-get install -qy --fix-broken --no-install-recommends -o Acquire::Retries=3 \
                -o Dpkg::Use-Pty=0 "${GAZEBO_PACKAGES[@]}"
    } </dev/null >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        set -- "$1" "its packages cannot be installed: $(grep -aE '^E: ' "$log" | tail -n 1); call again to go on"
        rm -f "$log"
        give_up "$@" || return 1
    fi
    rm -f "$log"
    inside "$2" apt-get clean && rm -rf "$2"/var/lib/apt/lists/* "$2"/var/cache/apt/*.bin
}

# Without waiting for the disk after each file: what is half done is thrown away anyhow.
inside() { # FOLDER COMMAND...
    local folder=$1
    shift
    chroot "$folder" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C LD_PRELOAD=libeatmydata.so \
        DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} "$@"
}

# Also where somebody ended debootstrap before it could take its mounts away.
remove_tree() { # FOLDER
    local mounted
    [ -e "$1" ] || return 0
    for mounted in $(awk -v below="$1/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo); do
        umount -l "$mounted"
    done
    rm -rf --one-file-system "$1"
}

plugin_is_built() { # FOLDER HASH
    [ -e "$1/librobot_trials_gazebo_classic.so" ] && [ "$(cat "$1/plugin.stamp" 2>/dev/null)" = "$2" ]
}

plugin_hash() { # GAZEBO: of the sources and of what they are built for
    hash_of <(cd "$ROOT/sim/gazebo" && find . -type f | sort) <(find "$ROOT/sim/gazebo" -type f -print0 | sort -z |
        xargs -0 cat) <(echo "$1")
}

build_plugin_inside() { # FOLDER
    local hash folder=$1/robot_trials
    hash=$(plugin_hash $GAZEBO_SUITE)
    ! plugin_is_built "$folder" "$hash" || return 0
    require_root "$1" || return 1
    step "Gazebo: the plugin (half a minute)"
    rm -rf "$folder/source" "$folder/build"
    mkdir -p "$folder" && cp -r "$ROOT/sim/gazebo" "$folder/source" || return 1
    build_plugin "$1" "$folder" "$hash" /robot_trials/source /robot_trials/build inside "$1"
}

build_plugin_here() { # FOLDER PLUGINS
    local hash tool
    hash=$(plugin_hash "$(readlink -f "$(command -v gzserver)")")
    ! plugin_is_built "$2" "$hash" || return 0
    for tool in cmake make g++; do
        command -v $tool >/dev/null || give_up "$1" "needs $tool to build its plugin; install it" || return 1
    done
    step "Gazebo: the plugin for $(command -v gzserver) (half a minute)"
    rm -rf "$2/build"
    mkdir -p "$2" && build_plugin "$1" "$2" "$hash" "$ROOT/sim/gazebo" "$2/build" env
}

build_plugin() { # FOLDER PLUGINS HASH SOURCE BUILD PREFIX...: with paths as CMake sees them below PREFIX
    local gazebo=$1 plugins=$2 hash=$3 source=$4 build=$5 log
    shift 5
    log=$(mktemp)
    if ! { "$@" cmake -S "$source" -B "$build" && "$@" cmake --build "$build" -- -j2; } >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        give_up "$gazebo" "its plugin cannot be built; see the compiler's message above (it needs Gazebo Classic 11)"
        return 1
    fi
    rm -f "$log"
    mv -f "$plugins"/build/*.so "$plugins/" && echo "$hash" >"$plugins/plugin.stamp"
    rm -rf "$plugins/build" "$plugins/source"
}
